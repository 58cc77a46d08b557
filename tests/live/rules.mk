# Re-entry: the stream object with its test-only knob, with owned scratch and without, in a loader of
# its own each. One source, two programs: the second must see the corruption that the first must not.
REENTER := $(O)/tests/live/test_reenter $(O)/tests/live/test_reenter_no_owner
LIVE_EXTRA += $(REENTER)

$(O)/reenter/owner/stream.bpf.o: REENTER_FLAGS := -DPROBE_TEST
$(O)/reenter/no_owner/stream.bpf.o: REENTER_FLAGS := -DPROBE_TEST -DNO_OWNER
$(O)/reenter/%/stream.bpf.o: probe/bpf/stream.bpf.c $(wildcard probe/bpf/*/*.h probe/bpf/*.h probe/schema/*.h) $(O)/flags
	@mkdir -p $(@D)
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) $(REENTER_FLAGS) -c $< -o $@
$(O)/reenter/%/probe/stream.skel.h: $(O)/reenter/%/stream.bpf.o
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name stream_bpf > $@ 2>$@.log || { cat $@.log; rm -f $@; exit 1; }
$(O)/reenter/%/load.o: probe/load.c $(O)/reenter/%/probe/stream.skel.h $(O)/flags | $(SKELS)
	$(call say,CC,$@)
	$(Q)$(CC) -I$(O)/reenter/$* $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -c $< -o $@
$(O)/reenter/%/uring.o: probe/uring.c $(O)/reenter/%/probe/stream.skel.h $(O)/flags | $(SKELS)
	$(call say,CC,$@)
	$(Q)$(CC) -I$(O)/reenter/$* $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -c $< -o $@
$(O)/reenter/%/test.o: tests/live/reenter/test_reenter.c $(O)/flags | $(SKELS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) $(if $(filter no_owner,$*),-DEXPECT_CORRUPTION) -c $< -o $@

# The loader comes before the library, so that its own is used.
$(O)/tests/live/test_reenter: $(O)/reenter/owner/test.o $(O)/reenter/owner/load.o $(O)/reenter/owner/uring.o
$(O)/tests/live/test_reenter_no_owner: $(O)/reenter/no_owner/test.o $(O)/reenter/no_owner/load.o $(O)/reenter/no_owner/uring.o
$(REENTER): $(call kind_support,live) $(O)/libsaker.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $(filter $(O)/reenter/%,$^) $(filter-out $(O)/reenter/%,$^) $(LDLIBS) $(TEST_LIBS)

# A 32-bit program without a C library, for test_compat.
ifeq ($(MACHINE),x86_64)
$(O)/tests/live/compat_prog: tests/live/compat/prog.c tests/live/compat/messages.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC32,$@)
	$(Q)$(CC) -m32 -nostdlib -static -no-pie -fno-pie -fno-stack-protector -O1 -Wall $(if $(W),-Werror) -o $@ $<
$(O)/tests/live/test_compat: | $(O)/tests/live/compat_prog
else
ARM_CC ?= arm-linux-gnueabi-gcc
$(O)/tests/live/compat_arm: tests/live/compat/prog_arm.c tests/live/compat/arm_calls.h tests/live/compat/messages.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC32,$@)
	$(Q)$(ARM_CC) -marm -march=armv7-a -nostdlib -static -no-pie -fno-pie -fno-stack-protector -fomit-frame-pointer -O1 -Wall $(if $(W),-Werror) -o $@ $<
$(O)/tests/live/test_compat_arm: | $(O)/tests/live/compat_arm
endif

# What the tests of rules act with, on the host and in containers: it needs nothing but itself.
LIVE_EXTRA += $(O)/tests/live/rules_act
$(O)/tests/live/rules_act: $(O)/tests/live/rules/act.o $(O)/tests/live/uring_child.o
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -static -o $@ $^
