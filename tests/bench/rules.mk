# Bench programs: `load` makes calls and times them, `hook` holds an empty exit hook.
$(O)/tests/bench/hook.bpf.o: tests/bench/hook.bpf.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@
$(O)/tests/bench/%: $(O)/tests/bench/%.o
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $< $(LDLIBS)
bench: $(O)/tests/bench/hook $(O)/tests/bench/hook.bpf.o $(O)/tests/bench/load
