# Other kernels under emulation, and the other machine.
DEPS_KERNELS := qemu-system-x86 qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
	gcc-arm-linux-gnueabi busybox-static cpio
KERNELS ?= 5.10-amd64 6.1-amd64 6.12-amd64 6.18-amd64 7.2-amd64 7.2-amd64+preempt 5.10-arm64 6.1-arm64 6.12-arm64
KERNELS_SHORT := 5.10-amd64 6.1-amd64 7.2-amd64+preempt 5.10-arm64
GUEST_PROGRAMS := saker tests/lint/verify $(addprefix tests/live/test_,counts corruption loss params_socket \
	socket_calls socket_messages params_data params_messages params_file params_process params_raw \
	params_rows params_outcomes params_shapes params_rest params_commands timing exec objects kinds uring \
	uring_hidden uring_program uring_ops uring_more uring_shots) tests/kernels/true
GUEST_X86 := $(addprefix $(O)/kernels/x86_64/,$(GUEST_PROGRAMS) tests/live/test_compat tests/live/compat_prog)
# What a test runs, beside it.
$(O)/kernels/x86_64/tests/live/compat_prog: $(O)/tests/live/compat_prog
	$(Q)mkdir -p $(@D) && cp $< $@
GUEST_ARM := $(addprefix $(O)/kernels/aarch64/,$(GUEST_PROGRAMS) tests/live/test_compat_arm tests/unit/test_compat)

# A guest has no libraries. The objects are those of this machine's build; its warnings are known.
GUEST_LINK = $(call say,LD,$@); mkdir -p $(@D); $(CC) $(CFLAGS) -static -Wl,--no-warnings -o $@ $^ $(LDLIBS)
$(O)/kernels/x86_64/saker: $(O)/tui/main.o $(O)/libsaker.a
	$(Q)$(GUEST_LINK)
$(O)/kernels/x86_64/tests/kernels/true: $(O)/tests/kernels/true.o
	$(Q)$(GUEST_LINK)
$(O)/tests/kernels/true: $(O)/tests/kernels/true.o
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(O)/kernels/x86_64/tests/lint/verify: $(O)/tests/lint/verify.o $(O)/libsaker.a
	$(Q)$(GUEST_LINK)
$(O)/kernels/x86_64/tests/live/%: $(O)/tests/live/%.o $(call kind_support,live) $(O)/libsaker.a
	$(Q)$(GUEST_LINK) $(TEST_LIBS)

## deps-arm64: fetch the libraries for make ARCH=arm64 into KERNELS_CACHE (~/.cache/saker-kernels)
deps-arm64:
	$(Q)KERNELS_CACHE=$(KERNELS_CACHE) sh tests/kernels/fetch.sh libraries aarch64
## deps-kernels: fetch what make kernels needs (root: emulators too); KERNELS="6.1-amd64 ..." for some
deps-kernels: deps-arm64
	$(Q)$(MAKE) --no-print-directory deps DEPS="$(DEPS_KERNELS)"
	$(Q)KERNELS_CACHE=$(KERNELS_CACHE) sh tests/kernels/fetch.sh kernels $(sort $(KERNELS:%+preempt=%))
build-kernels:
	$(Q)$(if $(findstring amd64,$(KERNELS)),$(BUILD) $(GUEST_X86))
	$(Q)$(if $(findstring arm64,$(KERNELS)),$(BUILD) ARCH=arm64 O=$(O)/kernels/aarch64 $(GUEST_ARM))
## kernels: the tests on other kernels, emulated; KERNELS="6.1-amd64 ..." for some; ACCEPT=1 records the table
kernels: build-kernels
	$(Q)O=$(O) KERNELS_CACHE=$(KERNELS_CACHE) ACCEPT=$(ACCEPT) sh tests/kernels/run.sh $(KERNELS)
## kernels-short: the short tests on some of them, about five minutes; deps-kernels-short fetches those
kernels-short build-kernels-short deps-kernels-short:
	$(Q)SHORT=1 $(MAKE) --no-print-directory $(@:%-short=%) KERNELS="$(KERNELS_SHORT)"
## idle: hits of the default rules and RULES="FILE ..." on a Debian with systemd, in a guest, where nobody does anything (root; 20 minutes, IDLE_SECONDS=)
idle: $(O)/kernels/x86_64/saker
	$(Q)$(MAKE) --no-print-directory deps DEPS="qemu-system-x86 debootstrap"
	$(Q)O=$(O) KERNELS_CACHE=$(KERNELS_CACHE) sh tests/kernels/idle.sh $(RULES)
.PHONY: deps-arm64 deps-kernels build-kernels kernels kernels-short build-kernels-short deps-kernels-short idle
