# The screens are made from records built by the unit tests' builder.
$(call kind_tests,golden): $(O)/tests/unit/build_record.o

# The monkey runs with sanitizers as well: the same program from a build of its own.
ifeq ($(SAN),)
check-golden: $(O)/san/tests/golden/test_monkey
$(O)/san/tests/golden/test_monkey: FORCE
	$(Q)$(MAKE) --no-print-directory O=$(O)/san SAN=1 $@
endif
