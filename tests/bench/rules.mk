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
# What an event costs, how many get through: bench_events families|peak
$(O)/tests/bench/load: $(O)/tests/bench/load.o $(O)/tests/live/uring_child.o
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
$(O)/tests/bench/bench_events: $(O)/tests/bench/bench_events.o $(O)/tests/bench/bench_child.o $(O)/libsaker.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
bench: $(O)/tests/bench/bench_events
# What rules cost: bench_rules FILE...
$(O)/tests/bench/bench_rules: $(O)/tests/bench/bench_rules.o $(O)/tests/unit/build_record.o $(O)/libsaker.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
bench: $(O)/tests/bench/bench_rules
# What an event costs where rules look at it: bench_filter RULES.yaml
$(O)/tests/bench/bench_filter: $(O)/tests/bench/bench_filter.o $(O)/tests/unit/build_record.o \
		$(O)/tests/unit/filter_naive.o $(O)/libsaker.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
bench: $(O)/tests/bench/bench_filter
# Long forms of live tests.
bench: $(O)/tests/live/test_counts $(O)/tests/live/test_loss
# What the state costs: bench_state [PROCESSES [FDS]]
$(O)/tests/bench/bench_state: $(O)/tests/bench/bench_state.o $(O)/tests/unit/build_record.o $(O)/libsaker.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
bench: $(O)/tests/bench/bench_state
