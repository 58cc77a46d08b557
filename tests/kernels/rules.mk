# Other kernels under emulation, and the other machine.
DEPS_KERNELS := qemu-system-x86 qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross busybox-static cpio
KERNELS ?= 5.10-amd64 6.1-amd64 6.12-amd64 6.18-amd64 7.2-amd64 7.2-amd64+preempt 5.10-arm64 6.1-arm64 6.12-arm64
# A guest has no libraries; their warnings about it are known.
GUEST_LDFLAGS := -static -Wl,--no-warnings
GUEST_PROGRAMS := saker tests/lint/verify $(addprefix tests/live/,test_counts test_corruption test_loss test_params_socket test_objects test_kinds)

## deps-arm64: fetch the libraries for make ARCH=arm64 into KERNELS_CACHE (~/.cache/saker-kernels)
deps-arm64:
	$(Q)KERNELS_CACHE=$(KERNELS_CACHE) sh tests/kernels/fetch.sh libraries aarch64
## deps-kernels: fetch what make kernels needs (root: emulators too)
deps-kernels: deps-arm64
	$(Q)$(MAKE) --no-print-directory deps DEPS="$(DEPS_KERNELS)"
	$(Q)KERNELS_CACHE=$(KERNELS_CACHE) sh tests/kernels/fetch.sh kernels $(sort $(KERNELS:%+preempt=%))
## kernels: the tests on other kernels, emulated; KERNELS="6.1-amd64 ..." for some
kernels:
	$(Q)$(if $(findstring amd64,$(KERNELS)),$(BUILD) O=$(O)/kernels/x86_64 LDFLAGS="$(GUEST_LDFLAGS)" $(addprefix $(O)/kernels/x86_64/,$(GUEST_PROGRAMS) tests/live/test_params_file tests/live/test_uring))
	$(Q)$(if $(findstring arm64,$(KERNELS)),$(BUILD) ARCH=arm64 O=$(O)/kernels/aarch64 $(addprefix $(O)/kernels/aarch64/,$(GUEST_PROGRAMS)))
	$(Q)O=$(O) KERNELS_CACHE=$(KERNELS_CACHE) sh tests/kernels/run.sh $(KERNELS)
.PHONY: deps-arm64 deps-kernels kernels
