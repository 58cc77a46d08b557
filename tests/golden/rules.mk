# The screens are made from records built by the unit tests' builder.
$(call kind_tests,golden): $(O)/tests/unit/build_record.o
