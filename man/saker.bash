# bash completion for saker. The words are generated from the program.
_saker() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -- ]] || continue
		if ((i + 1 == COMP_CWORD)); then
			mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi
		return
	done
	case $prev in
	-p) words=$(ps -eo pid=) ;;
	-u) words=$(compgen -u) ;;
	--comm) words=$(ps -eo comm=) ;;
	-v | --view) words="@view-words@" ;;
	--theme) words="@theme-words@" ;;
	--format) words="text json csv" ;;
	--events) words="signals faults switches" ;;
	@file-words@)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	list) words="@subject-words@" ;;
	*)
		if [[ ${COMP_WORDS[1]} == check && $COMP_CWORD -gt 1 && $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi
		# Values of the other options are numbers or texts.
		[[ " @value-words@ " == *" $prev "* ]] && return
		words="@option-words@"
		((COMP_CWORD == 1)) && words+=" @mode-words@"
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _saker saker
