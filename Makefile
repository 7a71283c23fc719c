# raymig: the one Makefile, non-recursive. `make help` lists the targets.
#
#   MODE=release|debug|asan|cov|fuzz   what to build, each in its own build/$(MODE)/
#   V=1                                show the commands
#   WERROR=1 (or CI=true)              warnings are errors
#   PREFIX=/usr/local DESTDIR=         where install puts things
#   SPEC="spec/cli/up_spec.lua ..."    the specs that `make test` runs (default: all)
#
# The targets a newcomer runs (demo, test, lint) install what is missing first and then
# call make once more, because what pkg-config says is read before the first recipe runs.

VERSION := 0.1.0
# Of the checkout, or of what `make dist` wrote into the tarball.
RELEASE := $(shell git log -1 --abbrev=12 --format='%h %cs %ct' 2>/dev/null || cat .release 2>/dev/null)
COMMIT  := $(word 1,$(RELEASE))
DATE    := $(or $(word 2,$(RELEASE)),$(shell date -u +%F))
export SOURCE_DATE_EPOCH ?= $(or $(word 3,$(RELEASE)),$(shell date +%s))

MODE   ?= release
PREFIX ?= /usr/local
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)
LUA    ?= lua5.4
B      := build/$(MODE)

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

ifeq ($(filter release debug asan cov fuzz,$(MODE)),)
$(error MODE=$(MODE) is not one of release, debug, asan, cov, fuzz)
endif

ifneq ($(V),1)
Q   := @
say  = @printf '  %-7s %s\n' $(1) $(2)
endif

# ---------------------------------------------------------------- sources

SRC      := $(sort $(wildcard src/*.c src/*/*.c))
HDR      := $(sort $(wildcard src/*.h src/*/*.h include/*.h))
LUA_RT   := $(sort $(wildcard lua/raymig/*.lua lua/raymig/*/*.lua lua/plugins/*.lua))
CTEST    := $(sort $(wildcard spec/c/test_*.c))
CPROG    := $(sort $(wildcard spec/c/run_*.c))
FUZZ     := $(sort $(wildcard spec/fuzz/fuzz_*.c))
C_ALL    := $(SRC) $(HDR) $(sort $(wildcard src/library/lua/*.[ch] spec/library/*.c examples/*/*.c spec/c/*.[ch] spec/support/*.[ch] spec/fuzz/*.[ch]))

# The studio's front end needs node and npm; a build without them has none, and says so.
NPM        := $(shell command -v node >/dev/null && command -v npm)
STUDIO_SRC := $(sort $(shell find studio -name node_modules -prune -o -type f -print 2>/dev/null))
STUDIO_OBJ := $(B)/studio_assets.o

OBJ      := $(SRC:%.c=$(B)/%.o)
LIB_OBJ  := $(filter-out $(B)/src/main.o,$(OBJ)) $(B)/embedded_lua.o $(STUDIO_OBJ)
LIB      := $(B)/internal.a
STREAMS  := $(B)/src/library/streams.o
# The library is all below the studio and the commands, and what is in src/library.
API_OBJ  := $(filter-out $(B)/src/cmd/% $(B)/src/studio/% $(STUDIO_OBJ) $(STREAMS),$(LIB_OBJ))
API_SO   := libraymig.so.0
MODULE   := $(sort $(wildcard src/library/lua/*.[ch]))
API      := $(B)/libraymig.a $(B)/$(API_SO) $(B)/libraymig.so $(B)/lua/raymig.so
BIN      := $(B)/raymig
CTEST_BIN:= $(CTEST:%.c=$(B)/%)
CPROG_BIN:= $(CPROG:%.c=$(B)/%)
FUZZ_BIN := $(FUZZ:spec/fuzz/%.c=$(B)/%)
PROCESS  := build/spec/raymig_process.so
DUMP     := build/spec/pg_dump_newer.so

# Only these see the version and the commit, so that a new commit recompiles them alone.
VERSIONED := $(patsubst %.c,$(B)/%.o,$(shell grep -lE 'RAY_(VERSION|COMMIT|DATE)' $(SRC) /dev/null))

# ---------------------------------------------------------------- flags

ifeq ($(MODE),fuzz)
CC := clang
else ifeq ($(origin CC),default)
CC := gcc
endif

PKG       := libpq libssl libcrypto
SYS_FLAGS := -isystem /usr/include/lua5.4 \
             $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKG) 2>/dev/null))
VERSION_FLAGS := -DRAY_VERSION='"$(VERSION)"' -DRAY_COMMIT='"$(COMMIT)"' -DRAY_DATE='"$(DATE)"'

# What both compilers know; the linter reads with these, so clang's build finds nothing new.
WARN_BOTH := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
             -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wcast-qual \
             -Wwrite-strings -Wpointer-arith -Wundef -Wvla -Wswitch-enum -Wnull-dereference
WARN_GCC := -Wlogical-op -Wduplicated-cond -Wimplicit-fallthrough=5

WARN := $(WARN_BOTH)
ifneq ($(MODE),fuzz)
WARN += $(WARN_GCC)
endif
ifneq ($(filter true 1,$(CI) $(WERROR)),)
WARN += -Werror
endif

HARDEN  := -fstack-protector-strong -fstack-clash-protection -fcf-protection
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3

MODE_release := -O2 -g $(HARDEN) $(FORTIFY)
MODE_debug   := -Og -g3 $(HARDEN)
MODE_asan    := -O1 -g3 -fsanitize=address,undefined -fno-sanitize-recover=all \
                -fno-omit-frame-pointer
MODE_cov     := -O0 -g3 --coverage
MODE_fuzz    := -O1 -g3 -fsanitize=fuzzer-no-link,address,undefined \
                -fno-sanitize-recover=all -fno-omit-frame-pointer

CPPFLAGS := -D_GNU_SOURCE -Isrc -Iinclude -Ispec/c $(SYS_FLAGS)
CFLAGS   := -std=c17 $(MODE_$(MODE)) -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections \
            -ffile-prefix-map=$(CURDIR)=. $(WARN) $(EXTRA)
LDFLAGS  := $(filter -fsanitize=% --coverage,$(MODE_$(MODE))) -pie \
            -Wl,--gc-sections,--as-needed,-z,relro,-z,now
STATIC   := -l:liblua5.4.a -l:libpg_query.a -l:libjansson.a
LIBS     := $(STATIC) $(shell pkg-config --libs $(PKG) 2>/dev/null) -lpthread -lm -ldl

# ---------------------------------------------------------------- build

.PHONY: all tests clean help FORCE
all: $(BIN) $(if $(filter release debug,$(MODE)),$(API))

$(BIN): $(B)/src/main.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(B)/src/main.o $(LIB) $(LIBS)

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(LIB_OBJ)

# One object with the Lua, parser and JSON that it needs. What is not raymig_* becomes local, in the archive here and in the
# shared library by its map: nothing of these is seen, and another Lua beside it is another one.
$(B)/libraymig.o: $(API_OBJ) $(STREAMS)
	$(call say,LD,$@)
	$(Q)$(LD) -r -o $@.part $(API_OBJ) $(foreach lib,$(STATIC:-l:%=%),$(shell $(CC) -print-file-name=$(lib)))
	$(Q)objcopy $(foreach s,stdin stdout stderr,--redefine-sym $(s)=ray_$(s)) $@.part
	$(Q)$(LD) -r -o $@ $@.part $(STREAMS)
	$(Q)objcopy --wildcard --keep-global-symbol='raymig_*' $@ && rm -f $@.part

$(B)/libraymig.a: $(B)/libraymig.o
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $<

$(B)/$(API_SO): $(B)/libraymig.o src/library/raymig.map
	$(call say,LINK,$@)
	$(Q)$(CC) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,-z,defs,-soname,$(API_SO) \
	    -Wl,--version-script=src/library/raymig.map -o $@ $< $(filter-out $(STATIC),$(LIBS))

$(B)/libraymig.so: $(B)/$(API_SO)
	$(Q)ln -sf $(API_SO) $@

# The module of a stock lua5.4: its lua_* are the interpreter's, those of the library are its own.
$(B)/lua/raymig.so: $(MODULE) include/raymig.h src/library/lua/raymig.map $(B)/libraymig.so
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(filter-out -pie,$(LDFLAGS)) -shared \
	    -Wl,--version-script=src/library/lua/raymig.map \
	    -Wl,-rpath,'$$ORIGIN/..:$$ORIGIN/../..' -o $@ $(filter %.c,$(MODULE)) -L$(B) -lraymig -ljansson

$(B)/%.o: %.c $(B)/flags.stamp | $(B)/ready.stamp
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

ifneq ($(VERSIONED),)
$(VERSIONED): private CPPFLAGS += $(VERSION_FLAGS)
$(VERSIONED): $(B)/version.stamp
endif

$(B)/embedded_lua.o: $(B)/embedded_lua.c $(B)/flags.stamp | $(B)/ready.stamp
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-overlength-strings -MMD -MP -c -o $@ $<

# embed.lua leaves the file alone when nothing changed, also when a module was removed.
$(B)/embedded_lua.c: FORCE | $(B)/ready.stamp
	$(Q)$(LUA) tools/embed.lua "$$($(LUA) -v)" $@ $(LUA_RT)

$(B)/studio_assets.o: $(B)/studio_assets.c $(B)/flags.stamp | $(B)/ready.stamp
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

ifneq ($(NPM),)
$(B)/studio_assets.c: build/studio/bundle.stamp tools/studio_assets.lua | $(B)/ready.stamp
	$(Q)$(LUA) tools/studio_assets.lua $@ build/studio/bundle
else
$(B)/studio_assets.c: tools/studio_assets.lua | $(B)/ready.stamp
	@echo '  studio is left out: there is no npm here (make deps-studio brings it)'
	$(Q)$(LUA) tools/studio_assets.lua $@
endif

# One bundle for every mode.
build/studio/bundle.stamp: build/studio/npm.stamp $(STUDIO_SRC)
	$(call say,ESBUILD,studio)
	$(Q)node studio/build.mjs build/studio/bundle
	$(Q)touch $@

# What the lock file names, in the versions that it names; nothing of it runs at its installation.
build/studio/npm.stamp: studio/package-lock.json
	$(call say,NPM,$<)
	$(Q)mkdir -p $(@D)
	$(Q)cd studio && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null || \
	    { echo "npm cannot fetch what the studio is built with; make NPM= leaves the studio out" >&2; exit 1; }
	$(Q)touch $@

# A stamp holds a text and is touched only when the text differs.
stamp = @mkdir -p $(@D); printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) > $@
$(B)/flags.stamp: FORCE
	$(call stamp,'$(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS))')
$(B)/version.stamp: FORCE
	$(call stamp,'$(VERSION) $(COMMIT) $(DATE)')

# What a build needs is looked for once, so that a bare machine gets a list, not a gcc error.
$(B)/ready.stamp:
	$(Q)tools/deps.sh check build
	$(Q)mkdir -p $(@D) && touch $@

-include $(wildcard $(OBJ:.o=.d) $(B)/embedded_lua.d $(B)/spec/c/*.d)

# ---------------------------------------------------------------- tests

tests: $(BIN) $(CTEST_BIN) $(CPROG_BIN) $(PROCESS) $(DUMP) $(if $(NPM),build/studio/bundle.stamp)

# Programs that specs run and kill; no harness.
$(CPROG_BIN): $(B)/spec/c/%: $(B)/spec/c/%.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) $(LIBS)

$(B)/spec/c/%: $(B)/spec/c/%.o $(B)/spec/c/harness.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) $(LIBS)

# Loaded by the plain lua5.4 that runs the specs: the same in every mode, never sanitized.
$(PROCESS): spec/support/raymig_process.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -isystem /usr/include/lua5.4 -O2 -g $(WARN) \
	    -fPIC -shared -o $@ $<

# Preloaded into pg_dump, which nobody sanitizes either.
$(DUMP): spec/support/pg_dump_newer.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -g $(WARN) -fPIC -shared -o $@ $< -ldl

.PHONY: test test-long matrix fuzz
test:
	@tools/deps.sh install build run test studio
	@$(MAKE) --no-print-directory -j$(JOBS) tests
	@MODE=$(MODE) $(LUA) tools/test.lua $(SPEC)

# With clang the fuzzers are built, too, and each runs for half a minute.
test-long:
	@tools/deps.sh install build run test studio long
	@$(MAKE) --no-print-directory -j$(JOBS) tests
	@if command -v clang >/dev/null; then \
	    $(MAKE) --no-print-directory -j$(JOBS) MODE=fuzz fuzz-programs; \
	else \
	    echo 'the fuzzers are left out: there is no clang (make fuzz brings it)'; \
	fi
	@MODE=$(MODE) $(LUA) tools/test.lua --long $(SPEC)

# The versions that the system has not come from npm, into build/matrix: MATRIX="13 18" for some.
matrix:
	@tools/deps.sh install build run test
	@$(MAKE) --no-print-directory -j$(JOBS) tests
	@MODE=$(MODE) $(LUA) tools/matrix.lua $(SPEC)

$(B)/fuzz_%: spec/fuzz/fuzz_%.c $(LIB)
	$(call say,FUZZ,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)

fuzz:
	@tools/deps.sh install build fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=fuzz fuzz-programs
.PHONY: fuzz-programs
fuzz-programs: $(FUZZ_BIN)

# ---------------------------------------------------------------- lint and format

.PHONY: lint format lint-format lint-floors lint-lua lint-cppcheck lint-tidy lint-studio
lint:
	@tools/deps.sh install build run test lint studio
	@$(MAKE) --no-print-directory --keep-going --output-sync=target -j$(JOBS) \
	    lint-format lint-floors lint-lua lint-cppcheck lint-studio lint-tidy
	@echo 'lint: clean'

lint-format:
	$(call say,FORMAT,'$(words $(C_ALL)) C files')
	$(Q)for file in $(C_ALL); do \
	    clang-format $$file | cmp -s - $$file || { echo "$$file: run make format"; false; } || bad=1; \
	done; test -z "$$bad"

lint-floors:
	$(call say,FLOORS,'src lua')
	$(Q)$(LUA) tools/floors.lua

lint-lua:
	$(call say,LUACHECK,'all Lua files')
	$(Q)luacheck --quiet --codes .

lint-cppcheck:
	$(call say,CPPCHECK,'$(words $(SRC)) files')
	$(Q)mkdir -p build/lint/cppcheck
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --library=posix \
	    -j$(JOBS) --enable=warning,style,performance,portability \
	    --suppressions-list=tools/cppcheck.supp --cppcheck-build-dir=build/lint/cppcheck \
	    --template='{file}:{line}: {message} [{id}]' \
	    -D_GNU_SOURCE $(VERSION_FLAGS) -Isrc -Iinclude $(SRC)

# Types, and Biome's rules and format: the front end's and its specs'.
lint-studio: build/studio/npm.stamp
	$(call say,STUDIO,'$(words $(STUDIO_SRC)) files')
	$(Q)cd studio && npm run --silent check
	$(Q)cd studio && npm run --silent lint

# One stamp a file: a second lint looks only at what changed; a changed header is all of them.
lint-tidy: $(patsubst %.c,build/lint/%.tidy,$(SRC) $(filter %.c,$(MODULE)))
build/lint/%.tidy: %.c .clang-tidy $(HDR)
	$(call say,TIDY,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy --quiet --warnings-as-errors='*' $< -- -std=c17 $(WARN_BOTH) \
	    $(CPPFLAGS) $(VERSION_FLAGS) 2>$@.log || { cat $@.log >&2; exit 1; }
	$(Q)touch $@

format: $(if $(NPM),build/studio/npm.stamp)
	$(Q)clang-format -i $(C_ALL)
	$(if $(NPM),$(Q)cd studio && npm run --silent format)

# ---------------------------------------------------------------- the rest

.PHONY: deps deps-lint deps-studio demo bench install uninstall
deps:
	@tools/deps.sh install build run test studio

deps-lint:
	@tools/deps.sh install lint

deps-studio:
	@tools/deps.sh install studio

demo:
	@tools/deps.sh install build run studio
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=release all
	@tools/demo.sh

bench: all $(PROCESS) $(B)/spec/c/run_load
	@bench/run $(BENCH)

# Pages and completions come from the tables in the program itself.
.PHONY: man docs
SHARE := $(B)/share
man: $(SHARE)/man.stamp
$(SHARE)/man.stamp: $(BIN) tools/share.sh
	$(call say,MAN,$(SHARE))
	$(Q)tools/share.sh $(BIN) $(SHARE)
	$(Q)touch $@

docs: $(BIN)
	$(Q)$(BIN) help --markdown > docs/commands.md.new && mv docs/commands.md.new docs/commands.md
	$(Q)$(LUA) tools/reference.lua docs
	$(Q)$(LUA) tools/json_docs.lua > docs/json.md.new && mv docs/json.md.new docs/json.md

.PHONY: dist deb
dist:
	@tools/dist.sh $(VERSION) build/dist

deb: all man
	@tools/deb.sh $(VERSION) build/dist

LIBDIR := $(PREFIX)/lib
install: all man
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/raymig
	install -D -m 644 include/raymig.h $(DESTDIR)$(PREFIX)/include/raymig.h
	install -D -m 644 $(B)/libraymig.a $(DESTDIR)$(LIBDIR)/libraymig.a
	install -D -m 644 $(B)/$(API_SO) $(DESTDIR)$(LIBDIR)/$(API_SO)
	ln -sf $(API_SO) $(DESTDIR)$(LIBDIR)/libraymig.so
	install -D -m 644 $(B)/lua/raymig.so $(DESTDIR)$(LIBDIR)/lua/5.4/raymig.so
	install -D -m 644 src/library/lua/raymig.lua $(DESTDIR)$(PREFIX)/share/lua/5.4/raymig.lua
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' src/library/raymig.pc.in \
	    > $(DESTDIR)$(LIBDIR)/pkgconfig/raymig.pc
	install -d $(DESTDIR)$(PREFIX)/share
	cp -R --no-preserve=mode,ownership $(SHARE)/man $(SHARE)/bash-completion $(SHARE)/zsh $(SHARE)/fish \
	    $(DESTDIR)$(PREFIX)/share/

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/raymig include/raymig.h share/lua/5.4/raymig.lua)
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libraymig.a $(API_SO) libraymig.so lua/5.4/raymig.so pkgconfig/raymig.pc)
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/raymig.1 $(DESTDIR)$(PREFIX)/share/man/man1/raymig-*.1
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/raymig
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_raymig
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/raymig.fish

clean:
	rm -rf build

help:
	@echo 'make                 build build/release/raymig'
	@echo 'make demo            install what is missing, build, and show up and down at work'
	@echo 'make test            every test; SPEC="FILE ..." for some, MODE=asan under sanitizers'
	@echo 'make test-long       the specs tagged #long'
	@echo 'make matrix          the catalog on PostgreSQL 13 to 18 (binaries by npm); MATRIX="13 18"'
	@echo 'make lint            format, clang-tidy, cppcheck, luacheck, floors'
	@echo 'make format          let clang-format rewrite the C sources'
	@echo 'make deps-studio     install node, npm and chromium, which raymig studio is built and tested with'
	@echo 'make deps deps-lint  install what building and testing, or linting, need (root, apt)'
	@echo 'make bench           measure against psql and the other tools'
	@echo 'make fuzz            build the fuzzers of spec/fuzz with clang'
	@echo 'make man docs        the pages for man and the shells; commands, json, reference-* of docs/'
	@echo 'make dist deb        the sources as a tarball, and a Debian package, in build/dist'
	@echo 'make install         PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); also uninstall'
	@echo 'make clean           remove build/'
	@echo
	@echo 'MODE=release|debug|asan|cov|fuzz  V=1  WERROR=1  JOBS=$(JOBS)'
