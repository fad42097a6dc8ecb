# shellcheck shell=bash
# Starts, stops and shows the server of a data directory. Which server that is stands in DIR/endpoints.json, which
# the server writes once it is ready; it counts only while its process lives and is a Sluice server of that directory.

readonly DEFAULT_DATA="${SLUICE_DATA:-$HOME/.sluice/data}"
readonly STOP_PATIENCE_S=20
READY_PATIENCE_S=60
readonly LOG_LINES_SHOWN=200

# shellcheck disable=SC2034 # packages.sh reads CONSENT and ISOLATION
command_up() {
    local data detach=''
    data=$(absolute "$DEFAULT_DATA")
    local -A port=(
        [api-port]=${SLUICE_API_PORT:-8080} [api-tls-port]=${SLUICE_API_TLS_PORT:-8443}
        [gateway-port]=${SLUICE_GATEWAY_PORT:-8081} [gateway-tls-port]=${SLUICE_GATEWAY_TLS_PORT:-8444}
    )
    local option value
    local -a passed=()
    while (($#)); do
        option=$1
        case $option in
            --detach) detach=yes; shift; continue ;;
            -y | --yes) CONSENT=yes; shift; continue ;;
            --data=* | --*-port=* | --egress-*=* | --quota*=* | --collect-seconds=* | --runs-kept=* | --runs-kept-days=* | --token-*=* | --isolation=* | --reuse=* | --ready-guests=* | --guest-mib=* | --package-*=* | --registry-http=* | --gateway-address=* | --gateway-http2=* | --host-claim=* | --host-dns=* | --acme-*=*)
                value=${option#*=}; option=${option%%=*}; shift ;;
            --data | --*-port | --egress-* | --quota* | --collect-seconds | --runs-kept | --runs-kept-days | --token-* | --isolation | --reuse | --ready-guests | --guest-mib | --package-index | --package-keyring | --registry-http | --gateway-address | --gateway-http2 | --host-claim | --host-dns | --acme-*)
                value=$(value_of up "$option" $# "${2-}")
                shift 2
                ;;
            *) usage_error up "unknown argument '$option'" ;;
        esac
        case $option in
            --data) data=$(absolute "$value") || usage_error up "--data needs a directory" ;;
            --egress-allow | --egress-permit | --quota | --registry-http) passed+=("$option" "$value") ;;
            --package-index)
                [[ $value =~ ^(python|nodejs|java|powershell|debian)=https?://. ]] || usage_error up "$option is python=URL, nodejs=URL, java=URL, powershell=URL or debian=URL, not '$value'"
                BUILDS+=" ${value%%=*}"
                passed+=("$option" "$value")
                ;;
            --isolation)
                [[ $value =~ ^(namespaces|oci|microvm)$ ]] || usage_error up "$option is namespaces, oci or microvm, not '$value'"
                ISOLATION=$value
                passed+=("$option" "$value")
                ;;
            --reuse)
                [[ $value =~ ^(never|same-label|label-flow)$ ]] || usage_error up "$option is never, same-label or label-flow, not '$value'"
                passed+=("$option" "$value")
                ;;
            --host-claim)
                [[ $value == required || $value == waived ]] || usage_error up "$option is required or waived, not '$value'"
                passed+=("$option" "$value")
                ;;
            --host-dns)
                [[ $value =~ ^[][0-9a-fA-F.:]+:[0-9]{1,5}$ ]] || usage_error up "$option is ADDRESS:PORT of a DNS server, not '$value'"
                passed+=("$option" "$value")
                ;;
            --acme-directory | --acme-contact) passed+=("$option" "$value") ;;
            --acme-terms)
                [[ $value == agreed ]] || usage_error up "$option is agreed, once you have read the authority's, not '$value'"
                passed+=("$option" "$value")
                ;;
            --acme-ca)
                [[ -r $value ]] || usage_error up "$option needs a file of certificates, and cannot read '$value'"
                passed+=("$option" "$(absolute "$value")")
                ;;
            --gateway-address) passed+=("$option" "$value") ;;
            --gateway-http2)
                [[ $value == on || $value == off ]] || usage_error up "$option is on or off, not '$value'"
                passed+=("$option" "$value")
                ;;
            --token-audience)
                [[ $value == any || $value == required ]] || usage_error up "$option is any or required, not '$value'"
                passed+=("$option" "$value")
                ;;
            --package-keyring)
                [[ -r $value ]] || usage_error up "$option needs a file of public keys, and cannot read '$value'"
                passed+=("$option" "$(absolute "$value")")
                ;;
            --egress-ca)
                [[ -r $value ]] || usage_error up "--egress-ca needs a file of certificates, and cannot read '$value'"
                passed+=("$option" "$(absolute "$value")")
                ;;
            --quota-items | --quota-mib | --quota-concurrent-runs | --quota-queued-runs | --quota-queued-mib | --quota-memory-mib | \
                --quota-functions | --quota-requests-per-second | --quota-gateway-requests-per-second | --collect-seconds | --runs-kept | --runs-kept-days | --token-seconds | --ready-guests | --guest-mib)
                [[ $value =~ ^[0-9]{1,9}$ ]] || usage_error up "$option must be a number, not '$value'"
                passed+=("$option" "$((10#$value))")
                ;;
            *)
                [[ -n ${port[${option#--}]+known} ]] || usage_error up "unknown option '$option'"
                is_port "$value" ||
                    usage_error up "$option must be a port, 0 to 65535 (0 picks a free one), not '$value'"
                port[${option#--}]=$((10#$value))
                ;;
        esac
    done
    if find_server "$data"; then
        say "Sluice is already running on $data (process $SERVER_PID); nothing changed."
        show_addresses
        return 0
    fi
    use_jdk
    ensure_packages run
    ensure_built
    if [[ $ISOLATION == microvm && ! -d $data/microvm ]]; then
        READY_PATIENCE_S=900
        say "Virtual machines: the first start fetches a kernel and takes a snapshot for each runtime, which takes minutes."
    fi
    umask 077 # for what the server makes too, such as its next log
    mkdir -p "$data" || fail "cannot create the data directory $data"

    local -a program
    server_program "$data" "$([[ -n $detach ]] && echo file || echo console)"
    program+=(--api-port "${port[api-port]}" --api-tls-port "${port[api-tls-port]}"
        --gateway-port "${port[gateway-port]}" --gateway-tls-port "${port[gateway-tls-port]}"
        ${passed[@]+"${passed[@]}"})
    if [[ -n $detach ]]; then start_detached "$data"; else run_in_foreground "$data"; fi
}

is_port() { [[ $1 =~ ^[0-9]{1,5}$ ]] && ((10#$1 <= 65535)); }

# Sets `program` of its caller to the command that runs the server on DATA, without its ports.
server_program() { # DATA file|console
    local -a options=()
    read -r -a options <<<"${SLUICE_JAVA_OPTS-}"
    # Whatever the locale of who starts it: Java takes from it how names of files are written, those in images too.
    export LC_ALL=C.UTF-8
    program=("$JAVA_HOME/bin/java")
    [[ ! -f $DIST/server.aot ]] || program+=(-XX:AOTCache="$DIST/server.aot")
    program+=("${SERVER_FLAGS[@]}" ${options[@]+"${options[@]}"} -Dsluice.log="$2" -Dsluice.log.file="$1/server.log" -Duser.home="$HOME"
        -cp "$(<"$DIST/server.classpath")" dev.sluice.Main --data "$1" --guest-dir "$DIST/guest")
}

start_detached() { # DATA
    local log="$1/server.log" pid
    (umask 077 && : >>"$log")
    chmod 600 "$log"
    cd /
    setsid "${program[@]}" >>"$log" 2>&1 </dev/null &
    pid=$!
    disown "$pid"
    if await_ready "$1" "$pid"; then
        greet "$1"
        return 0
    fi
    tail -n 20 "$log" >&2
    if is_alive "$pid"; then
        kill -KILL "$pid" 2>/dev/null || true
        fail "the server was not ready after $READY_PATIENCE_S s, so it was killed (its log is $log)"
    fi
    fail "the server ended before it was ready (its log is $log)"
}

run_in_foreground() { # DATA
    local pid status
    "${program[@]}" </dev/null &
    pid=$!
    # shellcheck disable=SC2064 # the process is known now
    trap "kill -TERM $pid 2>/dev/null || true" INT TERM HUP
    if await_ready "$1" "$pid"; then
        greet "$1"
        say "Ctrl-C stops it."
    elif is_alive "$pid"; then
        say "sluice: the server was not ready after $READY_PATIENCE_S s, so it is killed"
        kill -KILL "$pid" 2>/dev/null || true
    fi
    while :; do
        status=0
        wait "$pid" || status=$?
        is_alive "$pid" || break # else it was only a signal to us that ended the wait
    done
    case $status in
        0 | 130 | 143) return 0 ;;
        *) fail "the server ended with exit code $status" ;;
    esac
}

await_ready() { # DATA PID
    local deadline=$((SECONDS + READY_PATIENCE_S))
    while ((SECONDS < deadline)) && is_alive "$2"; do
        if find_server "$1" && [[ $SERVER_PID == "$2" ]]; then return 0; fi
        sleep 0.05
    done
    return 1
}
await_end() { # PID SECONDS
    local deadline=$((SECONDS + $2))
    while is_alive "$1"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}
is_alive() { # PID: neither gone nor a zombie
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    [[ ${stat##*) } != Z* ]]
}

command_down() {
    local DATA
    parse_data down "$@"
    if ! find_server "$DATA"; then
        say "No Sluice server is running on $DATA."
        return 0
    fi
    local pid=$SERVER_PID
    kill -TERM "$pid" || fail "may not stop process $pid: it belongs to somebody else"
    if ! await_end "$pid" "$STOP_PATIENCE_S"; then
        say "It does not stop within $STOP_PATIENCE_S s and is killed. What it has acknowledged is on disk."
        kill -KILL "$pid" 2>/dev/null || true
        await_end "$pid" "$STOP_PATIENCE_S" || fail "process $pid cannot be killed"
    fi
    say "Stopped the Sluice server on $DATA."
}

command_status() {
    local DATA
    parse_data status "$@"
    if find_server "$DATA"; then
        printf 'running     %s (process %s)\n' "$DATA" "$SERVER_PID"
        show_addresses
        return 0
    fi
    printf 'not running %s\n' "$DATA"
    exit "$EXIT_NOT_RUNNING"
}

command_logs() {
    local DATA follow=''
    local -a rest=()
    while (($#)); do
        case $1 in
            -f | --follow) follow=yes ;;
            *) rest+=("$1") ;;
        esac
        shift
    done
    parse_data logs ${rest[@]+"${rest[@]}"}
    [[ -r $DATA/server.log ]] ||
        fail "there is no log in $DATA" "A server started with 'sluice up --detach' writes one; 'sluice up' writes to its terminal."
    if [[ -n $follow ]]; then
        exec tail -n "$LOG_LINES_SHOWN" -F "$DATA/server.log"
    fi
    tail -n "$LOG_LINES_SHOWN" "$DATA/server.log"
}

parse_data() { # WORD ARGUMENT...: sets DATA of its caller
    local word=$1
    shift
    DATA=$DEFAULT_DATA
    while (($#)); do
        case $1 in
            --data=*) DATA=${1#*=} ;;
            --data)
                DATA=$(value_of "$word" --data $# "${2-}")
                shift
                ;;
            *) usage_error "$word" "unknown argument '$1'" ;;
        esac
        shift
    done
    DATA=$(absolute "$DATA") || usage_error "$word" "--data needs a directory"
}
absolute() { realpath --canonicalize-missing -- "$1" 2>/dev/null; }

# Is a Sluice server running on DATA? Sets SERVER_PID and ENDPOINTS.
find_server() { # DATA
    local -a words=()
    local i
    SERVER_PID='' ENDPOINTS=''
    [[ -r $1/endpoints.json ]] || return 1
    IFS= read -r -d '' ENDPOINTS <"$1/endpoints.json" || true
    [[ $ENDPOINTS =~ \"pid\"[[:space:]]*:[[:space:]]*([0-9]+) ]] || return 1
    SERVER_PID=${BASH_REMATCH[1]}
    { mapfile -d '' -t words <"/proc/$SERVER_PID/cmdline"; } 2>/dev/null || return 1
    [[ " ${words[*]} " == *' dev.sluice.Main '* ]] || return 1
    for ((i = 0; i + 1 < ${#words[@]}; i++)); do
        if [[ ${words[i]} == --data && $(absolute "${words[i + 1]}") == "$1" ]]; then return 0; fi
    done
    return 1
}

endpoint() { # NAME
    [[ $ENDPOINTS =~ \"$1\"[[:space:]]*:[[:space:]]*\"([^\"]*)\" ]] && printf '%s' "${BASH_REMATCH[1]}"
}
show_addresses() {
    printf 'api         %s   %s\n' "$(endpoint api)" "$(endpoint apiTls)"
    printf 'gateway     %s   %s\n' "$(endpoint gateway)" "$(endpoint gatewayTls)"
}

greet() { # DATA
    local client=$SELF config="$HOME/.sluice/config.json" data_option='' examples=''
    grep -qsF -- "\"$1/" "$config" || client+=" --config $1/admin.json"
    [[ $1 == "$(absolute "$DEFAULT_DATA")" ]] || data_option=" --data $1"
    [[ $STARTED_IN == "$ROOT" ]] || examples="$ROOT/"
    printf '%sSluice is ready.%s\n' "$BOLD" "$PLAIN"
    show_addresses
    printf 'data        %s\n' "$1"
    printf "admin       %s   (holds the administrator's key: keep it private)\n" "$1/admin.json"
    printf '\nNext:\n'
    printf '  %s create function hello %sexamples/hello.py --image python3\n' "$client" "$examples"
    printf "  %s exec hello --wait --input '{\"name\": \"Jon\"}' -o json\n" "$client"
    printf '  %s down%s\n' "$SELF" "$data_option"
}
