# Bench programs: `load` makes calls and times them, `hook` holds an empty exit hook.
$(O)/tests/bench/%.bpf.o: tests/bench/%.bpf.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@
$(O)/tests/bench/%: $(O)/tests/bench/%.o
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $< $(LDLIBS)
bench: $(O)/tests/bench/hook $(O)/tests/bench/hook.bpf.o $(O)/tests/bench/load
# Which map counts cheapest: bench_maps FILE.bpf.o [ROUNDS]
bench: $(O)/tests/bench/bench_maps $(O)/tests/bench/bench_maps.bpf.o
# Long forms of live tests.
bench: $(O)/tests/live/test_counts $(O)/tests/live/test_loss
