# Prints how many instructions the verifier walked through, for tests/lint/verify.sh.
$(O)/tests/lint/verify: $(O)/tests/lint/verify.o $(O)/libsaker.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
verify: $(O)/tests/lint/verify
