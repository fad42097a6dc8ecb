# shellcheck shell=bash
# Builds with Maven when a source changed, and lays the result out as a program that runs from its own directory:
#
#   .sluice/dist/KEY/{platform,cli,bench,fuzz}.jar  ours          lib/  what they need, guest/  the runtimes' files,
#                    examples/faasten/functions  the functions that are shipped
#                    {server,cli}.classpath    absolute paths, in a fixed order
#                    {server,cli}.aot          ahead-of-time caches (they hold for this class path and JDK only)
#                    guest/java/runtime/guest.aot  the same for guests of Java, with the compiler in it
#   .sluice/current                            fingerprint of the sources, and the KEY built from them
#
# A program that runs is never overwritten: another build is another KEY.
#
# SLUICE_PREBUILT=1 says that Maven has packaged the modules already (the end-to-end tests run inside that build).

readonly MODULES=(platform cli bench fuzz)
readonly TRAINING_PATIENCE_S=180
# Debian's Maven is older than JDK 25 and what it warns of.
readonly QUIET_JDK="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
readonly MAVEN=(env "MAVEN_OPTS=$QUIET_JDK ${MAVEN_OPTS-}" mvn --batch-mode -Dstyle.color=never)
# As in Runtime.JAVA: the cache holds for these only.
readonly GUEST_FLAGS=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -XX:+UseCompactObjectHeaders
    --add-opens=java.base/java.io=ALL-UNNAMED)
# Small and quick to start. One flag set for all programs of a class path: an AOT cache holds for its flags only.
# What of a cache does not fit is done without it, and is no part of a command's output, to which the JVM writes warnings.
# Poller mode 1 wakes a virtual thread that waits for a guest without another one in between: measured in
# docs/design/cloudcalls.md.
# shellcheck disable=SC2034 # read by name, see exec_java
readonly SERVER_FLAGS=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xmx512m --enable-native-access=ALL-UNNAMED -Djdk.pollerMode=1
    "-Xlog:aot*=error")
# shellcheck disable=SC2034 # read by name, see exec_java
readonly CLI_FLAGS=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:TieredStopAtLevel=1 -Xmx128m "-Xlog:aot*=error")

# Name, size and time of each file the programs are made of, and the JDK: changes when any of them does.
fingerprint() {
    {
        printf '%s\n' "$JAVA_HOME"
        stat --format='%Y' "$JAVA_HOME/release"
        cd "$ROOT" || exit
        # A module without sources, or a file that vanishes meanwhile, is no failure.
        { find pom.xml ./*/pom.xml ./*/src/main guest examples/faasten/{functions,deathstarbench} \( -name __pycache__ -o -path guest/java/target -o -path guest/java/runtime \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null || true; } |
            LC_ALL=C sort
    } | sha256sum
}

is_current() {
    local built key
    [[ -r $WORK/current ]] || return 1
    { read -r built && read -r key; } <"$WORK/current" || return 1
    [[ $built == "$(fingerprint)" && -d $WORK/dist/$key ]] || return 1
    DIST="$WORK/dist/$key"
}

needs_maven() {
    [[ -z ${SLUICE_PREBUILT-} ]] || return 1
    [[ -n ${FORCE_MAVEN-} ]] && return 0
    ! is_current
}

# Sets DIST to the directory of a program that is up to date. Two calls at once build once.
ensure_built() {
    needs_maven || [[ -n ${SLUICE_PREBUILT-} ]] || return 0
    local lock built
    mkdir -p "$WORK"
    exec {lock}>"$WORK/lock"
    flock --nonblock "$lock" || { say "Waiting for another build" && flock "$lock"; }
    if needs_maven; then
        ensure_packages build
        built=$(fingerprint)
        run_maven
        lay_out
        printf '%s\n%s\n' "$built" "${DIST##*/}" >"$WORK/current"
    elif [[ -n ${SLUICE_PREBUILT-} ]]; then
        lay_out
    fi
    exec {lock}>&-
}

run_maven() {
    local log="$WORK/build.log" started=$SECONDS
    local module
    rm -rf "$ROOT"/{platform,cli,fuzz}/target/lib.new
    say "Building Sluice with $JAVA_HOME (log: $log)"
    local modules
    modules=$(IFS=,; echo "${MODULES[*]}")
    if (cd "$ROOT" && "${MAVEN[@]}" --projects "guest/java,$modules" -Dsluice.lib=lib.new -Dmaven.test.skip=true -Dspotless.check.skip package) \
        2>&1 </dev/null | tee "$log" | show_progress; then
        for module in platform cli fuzz; do
            replace_libraries "$ROOT/$module/target"
        done
        say "Built in $((SECONDS - started)) s"
    else
        grep -E '^\[ERROR\]|^\[WARNING\] .*\.java:' "$log" | grep -vE 'Help 1|full stack trace|Re-run Maven|For more|\[ERROR\] $' |
            head -n 20 >&2 || tail -n 20 "$log" >&2
        fail "the build failed (the whole log is $log)"
    fi
}
# What an earlier build needed stays until a later one has all it needs: an interrupted build takes nothing away.
replace_libraries() { # DIRECTORY
    rm -rf "$1/lib.old"
    [[ ! -d $1/lib ]] || mv "$1/lib" "$1/lib.old"
    mv "$1/lib.new" "$1/lib"
    rm -rf "$1/lib.old"
}
show_progress() {
    local line downloads=0
    while IFS= read -r line; do
        if [[ $line =~ ^\[INFO\]\ Building\ Sluice\ ([^0-9]*)\ [0-9] ]]; then
            say "  ${BASH_REMATCH[1]}"
        elif [[ $line == *'Downloading from '* ]]; then
            ((downloads++)) || say "  downloading libraries (only the first time)"
        fi
    done
}

# Puts what Maven packaged into a directory of its own, named after its content, and points DIST there.
lay_out() {
    local module key new
    local -a jars=()
    [[ -d $ROOT/platform/target/lib && -d $ROOT/cli/target/lib && -d $ROOT/fuzz/target/lib && -f $ROOT/guest/java/runtime/guest.jar ]] || fail "Maven has not packaged the modules: mvn package"
    for module in "${MODULES[@]}"; do
        jars+=("$(jar_of "$module")")
    done
    key=$({
        printf '%s\n' "$JAVA_HOME"
        stat --format='%Y' "$JAVA_HOME/release"
        sha256sum "${jars[@]}"
        find "$ROOT"/{platform,cli,fuzz}/target/lib -name '*.jar' -printf '%f\n' | LC_ALL=C sort
        cat_guest | sha256sum
    } | sha256sum)
    key=${key:0:16}
    DIST="$WORK/dist/$key"
    [[ ! -f $DIST/complete ]] || return 0

    new="$WORK/dist/.new"
    rm -rf "$new" "$DIST"
    mkdir -p "$new/lib/server" "$new/lib/cli" "$new/lib/fuzz"
    for module in "${MODULES[@]}"; do
        cp "$(jar_of "$module")" "$new/$module.jar"
    done
    link_or_copy "$ROOT"/platform/target/lib/*.jar "$new/lib/server/"
    link_or_copy "$ROOT"/cli/target/lib/*.jar "$new/lib/cli/"
    link_or_copy "$ROOT"/fuzz/target/lib/*.jar "$new/lib/fuzz/"
    lay_out_guests "$new/guest"
    lay_out_functions "$new/examples/faasten"
    class_path "$DIST" platform "$new"/lib/server/*.jar >"$new/server.classpath"
    class_path "$DIST" cli "$new"/lib/cli/*.jar >"$new/cli.classpath"
    mv "$new" "$DIST"
    make_aot_caches
    : >"$DIST/complete"
    remove_old_programs
}
# What guests see of each: of Java's, what Maven made of it. With Python's modules compiled: a sandbox cannot write, and each start would compile them again (10 ms).
lay_out_guests() { # DIRECTORY
    [[ -d $ROOT/guest ]] || return 0
    cp -R "$ROOT/guest" "$1"
    rm -rf "$1"/java/{src,target,pom.xml}
    [[ ! -x /usr/bin/python3 ]] || /usr/bin/python3 -I -S -m compileall -q "$1/python/sluice_guest"
}
lay_out_functions() { # DIRECTORY
    mkdir -p "$1" && cp -R "$ROOT/examples/faasten/functions" "$1/"
}
jar_of() { # MODULE
    local -a found=("$ROOT/$1/target/$1-"*.jar)
    [[ -f ${found[0]} ]] || fail "Maven has not packaged $1: no $ROOT/$1/target/$1-*.jar"
    printf '%s' "${found[0]}"
}
cat_guest() {
    [[ ! -d $ROOT/guest ]] || (cd "$ROOT" && find guest examples/faasten/{functions,deathstarbench} \( -name __pycache__ -o -path guest/java/target \) -prune -o -type f -print | LC_ALL=C sort | xargs -r cat)
}
link_or_copy() { # FILE... DIRECTORY
    cp --link "$@" 2>/dev/null || cp "$@"
}
class_path() { # DIRECTORY NAME LIB...
    local jar
    printf '%s' "$1/$2.jar"
    for jar in "${@:3}"; do
        printf ':%s' "$1/${jar#"$new"/}"
    done
}

# Earlier programs that no process runs any more.
remove_old_programs() {
    local old current
    current=$(tail -n 1 "$WORK/current" 2>/dev/null) || current=''
    for old in "$WORK"/dist/*/; do
        old=${old%/}
        [[ $old == "$DIST" || $old == "$WORK/dist/$current" ]] || grep -qsF "$old/" /proc/[0-9]*/cmdline || rm -rf "$old"
    done
}

# The client is trained by its rehearsal, the server by a short life on an empty store.
make_aot_caches() {
    local data program
    say "Making start-up caches"
    record_aot cli dev.sluice.cli.Rehearsal || true
    data=$(mktemp -d)
    (train_server "$data") >"$DIST/server.aot.log" 2>&1 </dev/null || true
    rm -rf "$data"
    record_guest || true
    for program in cli server guest; do
        [[ -f $DIST/$program.aot ]] || say "  none for the $program, so it starts slower ($DIST/$program.aot.log says why)"
    done
    rm -f "$DIST"/*.aot.config
}
train_server() { # DATA
    local pid
    local -a program
    local -a client=("$JAVA_HOME/bin/java" "${CLI_FLAGS[@]}" -cp "$(<"$DIST/cli.classpath")" dev.sluice.cli.Sluice
        --config "$1/admin.json")
    export HOME=$1
    server_program "$1" console
    "${program[0]}" -XX:AOTCacheOutput="$DIST/server.aot" "${program[@]:1}" \
        --api-port 0 --api-tls-port 0 --gateway-port 0 --gateway-tls-port 0 &
    pid=$!
    if await_ready "$1" "$pid"; then
        "${client[@]}" create function trained "$ROOT/examples/hello.py" --image python3 || true
        "${client[@]}" exec trained --wait || true
        kill -TERM "$pid"
        await_end "$pid" "$TRAINING_PATIENCE_S" && return # it writes the cache as it ends
    fi
    kill -KILL "$pid"
    rm -f "$DIST/server.aot"
}
# Guests see the folder of their runtime only, so that the cache goes there, too.
record_guest() {
    local runtime="$DIST/guest/java/runtime"
    timeout --kill-after=5 "$TRAINING_PATIENCE_S" "$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$DIST/guest.aot" "${GUEST_FLAGS[@]}" \
        -cp "$runtime/guest.jar:$runtime/gson.jar" dev.sluice.guest.Rehearsal >"$DIST/guest.aot.log" 2>&1 </dev/null &&
        ln "$DIST/guest.aot" "$runtime/guest.aot"
}
record_aot() { # PROGRAM MAIN ARGUMENT...
    local -n flags="${1^^}_FLAGS"
    timeout --kill-after=5 "$TRAINING_PATIENCE_S" "$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$DIST/$1.aot" "${flags[@]}" \
        -Duser.home="$HOME" -cp "$(<"$DIST/$1.classpath")" "${@:2}" >"$DIST/$1.aot.log" 2>&1 </dev/null
}

# Becomes the program. What is added to the class path goes to its end, where the cache still holds.
exec_java() { # PROGRAM ADDED-JAR JAVA-ARGUMENT...
    local -n flags="${1^^}_FLAGS"
    local -a cache=()
    [[ ! -f $DIST/$1.aot ]] || cache=(-XX:AOTCache="$DIST/$1.aot")
    exec "$JAVA_HOME/bin/java" ${cache[@]+"${cache[@]}"} "${flags[@]}" -Duser.home="$HOME" \
        -cp "$(<"$DIST/$1.classpath")${2:+:$2}" "${@:3}"
}

run_tests() { # MAVEN-ARGUMENT...
    local narrowed='' argument
    for argument; do
        [[ $argument != -Dtest=* ]] || narrowed=-Dsurefire.failIfNoSpecifiedTests=false
    done
    cd "$ROOT" || exit
    exec "${MAVEN[@]}" ${narrowed:+"$narrowed"} "$@" verify
}
