# saker: build, test, install. `make help` lists the targets.
#   O=DIR  where to build      V=1  show commands       SAN=1  address and undefined sanitizers
#   W=1    warnings are errors LIVE=require  live tests must run   DESTDIR= PREFIX=  for install
#   ARCH=arm64  cross-build (after make deps-arm64), linked statically

MAKEFLAGS += --no-builtin-rules
PREFIX ?= /usr/local
HOST := $(shell uname -m)
ARCH ?= $(HOST)
MACHINE := $(if $(filter aarch64 arm64,$(ARCH)),aarch64,x86_64)
CROSS := $(filter-out $(HOST),$(MACHINE))
O ?= build$(CROSS:%=-%)
ifeq ($(origin CC),default)
CC := $(CROSS:%=%-linux-gnu-)gcc
endif
CLANG ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
LIVE ?= try
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

# Debian's packages, one list: building, running, testing.
DEPS := gcc make pkg-config clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev libncurses-dev \
	libyaml-dev libjson-c-dev libpcre2-dev libcap-ng-dev check libvterm-dev libclang-rt-14-dev \
	clang-format clang-tidy ncurses-term python3 shellcheck strace bpftrace redis-server man-db podman runc busybox-static

# A comma, for arguments of functions.
, := ,
# Packages of other kernels and the libraries of another machine: `make deps-kernels`, `make deps-arm64`.
KERNELS_CACHE ?= $(HOME)/.cache/saker-kernels
SYSROOT := $(if $(CROSS),$(KERNELS_CACHE)/$(CROSS))
CPPFLAGS += -D_GNU_SOURCE -I. -I$(O) $(if $(CROSS),-isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/$(CROSS)-linux-gnu)
# Looking users up in a static program warns; what they are called comes from files of the host.
LDFLAGS += $(if $(CROSS),-static -Wl$(,)--no-warnings -L$(SYSROOT)/usr/lib/$(CROSS)-linux-gnu)
CFLAGS ?= -O2 -g
CFLAGS += -std=gnu11 -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum \
	-Wno-unused-parameter -fno-strict-aliasing -fstack-protector-strong $(if $(W),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=address$(,)undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
LDLIBS := -lbpf -lelf -lpcre2-8 -lz -lncursesw -ltinfo -lyaml -ljson-c -lcap-ng -lpthread -lm
BPF_ARCH := $(if $(filter aarch64,$(MACHINE)),arm64,x86)
KERNEL_HEADERS := $(if $(CROSS),/usr/$(CROSS)-linux-gnu/include,/usr/include/$(shell $(CC) -print-multiarch 2>/dev/null))
BPF_CFLAGS := -g -O2 -mcpu=v3 -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-declarations $(if $(W),-Werror) -I. -isystem $(KERNEL_HEADERS) $(BPF_EXTRA)

LIB_SRC := $(wildcard probe/*.c probe/schema/*.c state/*.c state/*/*.c views/*.c) \
	$(filter-out tui/main.c,$(wildcard tui/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(O)/%.o) $(O)/views/embed.o
SKELS := $(foreach p,$(patsubst probe/bpf/%.bpf.c,$(O)/probe/%,$(wildcard probe/bpf/*.bpf.c)),$(p).skel.h $(p)_plain.skel.h $(p)_guarded.skel.h)
EMBEDDED := $(sort $(wildcard views/*.yaml themes/*.yaml)) state/rules/default.yaml
DEPFLAGS = -MMD -MP

all: $(O)/saker
.PHONY: all build-tests run check check-unit check-golden check-live check-fuzz soak bench lint fmt verify golden install uninstall man deps clean help FORCE
.DELETE_ON_ERROR:
.SECONDARY:

# A change of compiler or flags rebuilds everything.
$(O)/flags: FORCE
	@mkdir -p $(O)
	@echo '$(CC) $(CLANG) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) $(BPF_CFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CLANG) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) $(BPF_CFLAGS)' > $@

$(O)/%.bpf.o: probe/bpf/%.bpf.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) $(DEPFLAGS) -MF $(O)/$*.bpf.d -MT $@ -c $< -o $@
$(O)/probe/%.skel.h: $(O)/%.bpf.o
	@mkdir -p $(@D)
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@ 2>$@.log || { cat $@.log; rm -f $@; exit 1; }

# The same for other kernels (probe/bpf/kernels.h). The loader uses one skeleton for all, so all but
# the bytes must be the same.
define other_kernel
$(O)/$(1)/%.bpf.o: probe/bpf/%.bpf.c $(O)/flags
	@mkdir -p $$(@D)
	$$(call say,BPF,$$@)
	$$(Q)$$(CLANG) $$(BPF_CFLAGS) -D$(2) $$(DEPFLAGS) -MF $(O)/$$*_$(1).bpf.d -MT $$@ -c $$< -o $$@
$(O)/probe/%_$(1).skel.h: $(O)/$(1)/%.bpf.o $(O)/probe/%.skel.h
	$$(call say,SKEL,$$@)
	$$(Q)$$(BPFTOOL) gen skeleton $$< name $$*_bpf > $$@.twin 2>$$@.log || { cat $$@.log; exit 1; }
	$$(Q)sh probe/bpf/same_layout.sh $(O)/probe/$$*.skel.h $$@.twin
	$$(Q)$$(BPFTOOL) gen skeleton $$< name $$*_$(1)_bpf > $$@ 2>$$@.log || { cat $$@.log; rm -f $$@; exit 1; }
endef
$(eval $(call other_kernel,plain,PLAIN_KERNEL))
$(eval $(call other_kernel,guarded,GUARDED_KERNEL))

$(O)/%.o: %.c $(O)/flags | $(SKELS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) $(DEPFLAGS) -c $< -o $@
$(O)/%.o: $(O)/%.c $(O)/flags
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -c $< -o $@

# Views, themes and default rules as C strings: one file runs anywhere.
$(O)/views/embed.c: $(EMBEDDED) Makefile
	@mkdir -p $(@D)
	$(Q){ echo '#include "views/embed.h"'; echo 'const struct embedded_file embedded_files[] = {'; \
	  for f in $(EMBEDDED); do printf '{ "%s",\n' $$f; sed 's/\\/\\\\/g;s/"/\\"/g;s/^/"/;s/$$/\\n"/' $$f; echo '},'; done; \
	  echo '};'; echo 'const size_t embedded_files_len = sizeof(embedded_files) / sizeof(embedded_files[0]);'; } > $@

$(O)/libsaker.a: $(LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
$(O)/saker: $(O)/tui/main.o $(O)/libsaker.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Tests: every tests/KIND/test_*.c is a program; the other .c files of the folder are linked to each,
# those of unit tests where they are used.
kind_tests = $(patsubst %.c,$(O)/%,$(wildcard tests/$(1)/test_*.c))
kind_support = $(patsubst %.c,$(O)/%.o,$(filter-out tests/$(1)/test_%.c,$(wildcard tests/$(1)/*.c)))
TEST_LIBS := -lcheck -lsubunit -lrt -lvterm -lm
define test_kind
$(call kind_tests,$(1)): $(O)/tests/$(1)/%: $(O)/tests/$(1)/%.o $(2) $(O)/libsaker.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(CFLAGS) $$(SANFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS) $$(TEST_LIBS)
endef
$(O)/tests/unit/support.a: $(call kind_support,unit)
	$(Q)rm -f $@ && ar rcs $@ $^
$(eval $(call test_kind,unit,$(O)/tests/unit/support.a))
$(foreach k,golden live,$(eval $(call test_kind,$(k),$(call kind_support,$(k)))))

# Fuzzers: libFuzzer of Debian's clang; the library is compiled again with its coverage.
FUZZ_SECONDS ?= 60
FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SRC := $(wildcard probe/schema/*.c probe/capture_*.c state/*.c state/*/*.c views/*.c tui/replay_*.c) tui/capture_health.c tui/capture_container.c tui/http2.c tui/rule_watch.c tui/rule_mutes.c
FUZZ_OBJ := $(FUZZ_SRC:%.c=$(O)/fuzz/%.o) $(O)/fuzz/views/embed.o
FUZZ_CC = $(CLANG) $(CPPFLAGS) -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
$(O)/fuzz/%.o: %.c $(O)/flags | $(SKELS)
	@mkdir -p $(@D)
	$(call say,FUZZ,$<)
	$(Q)$(FUZZ_CC) $(DEPFLAGS) -c $< -o $@
$(O)/fuzz/views/embed.o: $(O)/views/embed.c
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -c $< -o $@
$(O)/fuzz/libsaker.a: $(FUZZ_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
$(O)/tests/fuzz/%: tests/fuzz/%.c $(O)/fuzz/libsaker.a
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)$(FUZZ_CC) $(DEPFLAGS) -MF $@.d -MT $@ -o $@ $< $(O)/fuzz/libsaker.a -lyaml -ljson-c -lpcre2-8 -lz -lm

include $(wildcard $(O)/*.bpf.d)
include $(shell test -d $(O) && find $(O) -name '*.d' ! -name '*.bpf.d')
include $(wildcard tests/*/rules.mk)

## deps: install what is missing with the distribution's package manager
deps:
	$(Q)missing=; for p in $(DEPS); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	  else echo "missing packages (sudo make deps installs them):$$missing"; fi; fi

# As root through sudo the build belongs to the caller.
AS_USER := $(if $(SUDO_USER),$(if $(filter 0,$(shell id -u)),sudo -u $(SUDO_USER) --))
BUILD = $(AS_USER) $(MAKE) --no-print-directory -j$(shell nproc) $(MAKEOVERRIDES)
TESTS := $(foreach k,unit golden live,$(call kind_tests,$(k)))
build-tests: $(TESTS) $(FUZZERS) $(LIVE_EXTRA)
## run: install what is missing, build, open the monitor (sudo make run)
run: deps
	$(Q)$(BUILD) all
	$(Q)$(O)/saker

# Runtimes whose containers are compared with what they say: for tests alone.
check: DEPS += docker.io containerd lxc systemd-container python3-grpcio
## check: install what is missing, build, run all tests (sudo make check); LIVE=require: none is skipped
check: deps
	$(Q)$(BUILD) all build-tests
	$(Q)$(MAKE) --no-print-directory check-unit check-golden check-live check-fuzz verify
	@echo "check: all passed"
## check-unit: unit tests and text cases
check-unit: $(call kind_tests,unit)
	$(Q)O=$(O) sh tests/run.sh $^
## check-golden: screens through a real terminal, against the recorded ones
check-golden: $(O)/saker $(call kind_tests,golden)
	$(Q)O=$(O) sh tests/run.sh $(filter-out $(O)/saker,$^)
## check-live: tests on the running kernel (root)
check-live: $(O)/saker $(call kind_tests,live) $(LIVE_EXTRA)
	$(Q)O=$(O) LIVE=$(LIVE) sh tests/run.sh --live $(filter $(O)/tests/live/test_%,$^) $(sort $(wildcard tests/live/test_*.sh))
## soak: 30 minutes of builds, containers and connections (root; SOAK_SECONDS=)
soak: $(O)/saker
	$(Q)O=$(O) LIVE=require SOAK_SECONDS=$(or $(SOAK_SECONDS),1800) sh tests/run.sh --live tests/live/test_soak.sh
## check-fuzz: every fuzzer for a short while; FUZZ_SECONDS=3600 for long
check-fuzz: $(FUZZERS)
	$(Q)printf '%s\n' $^ | xargs -r -P2 -I{} sh -c 'sh tests/fuzz/run.sh {} $$(basename {}) $(FUZZ_SECONDS)'
## bench: measure cost on this machine, as ratios
bench: $(O)/saker
	$(Q)O=$(O) sh tests/bench/run.sh
## lint: include directions, sizes, names, formatting, clang-tidy
lint: $(SKELS) $(O)/views/embed.c
	$(Q)O=$(O) sh tests/lint/run.sh
## fmt: format the sources
fmt:
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')
## verify: load every BPF program, compare verified instructions with the recorded file (root)
verify: $(O)/saker
	$(Q)O=$(O) LIVE=$(LIVE) CLANG=$(CLANG) sh tests/lint/verify.sh
## golden: show how the screens differ from the recorded ones; ACCEPT=1 records them
golden: $(O)/saker $(call kind_tests,golden)
	$(Q)O=$(O) GOLDEN=$(if $(ACCEPT),accept,show) sh tests/run.sh $(filter-out $(O)/saker,$^)
## man: make the manual pages in $(O)/man
man: $(O)/saker
	$(Q)O=$(O) sh man/make.sh $(O)/man
## install: binary, manual pages, completion (DESTDIR= PREFIX=)
install: $(O)/saker man
	install -D -m 755 $(O)/saker $(DESTDIR)$(PREFIX)/bin/saker
	for p in $(O)/man/*.[158]; do install -D -m 644 $$p $(DESTDIR)$(PREFIX)/share/man/man$${p##*.}/$${p##*/}; done
	install -D -m 644 $(O)/man/saker.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/saker
## uninstall: remove what install put there
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/saker $(DESTDIR)$(PREFIX)/share/man/man[158]/saker* $(DESTDIR)$(PREFIX)/share/bash-completion/completions/saker
## clean: remove the build
clean:
	rm -rf $(O)
## help: this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | sort
