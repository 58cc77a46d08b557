# bash completion for saker. The words are generated from the program.
_saker() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words
	case $prev in
	-p) words=$(ps -eo pid=) ;;
	-u) words=$(compgen -u) ;;
	-v | --view) words="@view-words@" ;;
	--theme) words="@theme-words@" ;;
	--format) words="text json csv" ;;
	--output | --config)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	list) words="views columns events syscalls themes keys options" ;;
	*)
		case $cur in
		-*) words="@option-words@" ;;
		*) words="stream list doctor" ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _saker saker
