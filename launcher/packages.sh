# shellcheck shell=bash
# The system packages Sluice needs, why, and how they are installed when they are missing.

readonly NODE_MAJOR_MIN=18
CONSENT=ask # yes: install without asking
ISOLATION=namespaces # of guests
BUILDS=''   # the languages whose packages builds of images fetch: their tools are needed

has_seccomp_for_python() {
    compgen -G '/usr/lib/python3/dist-packages/seccomp*.so' >/dev/null
}
has_python_package() { # not its directory alone, which a package of its libraries leaves or makes, too
    [[ -f /usr/lib/python3/dist-packages/$1/__init__.py ]]
}
has_node() {
    local version
    [[ -x /usr/bin/node ]] && version=$(/usr/bin/node --version 2>/dev/null) || return 1
    version=${version#v}
    [[ ${version%%.*} =~ ^[0-9]+$ ]] && ((${version%%.*} >= NODE_MAJOR_MIN))
}

# Prints "package<TAB>why" for each package that PURPOSE (build, run, test or test-full) needs and the machine lacks.
missing_packages() { # PURPOSE
    if [[ $1 != build ]]; then
        [[ -x /usr/bin/python3 ]] || printf 'python3\truns Python functions, and starts the isolated guests\n'
        has_seccomp_for_python || printf 'python3-seccomp\tlimits which system calls a guest may make\n'
        has_node || printf 'nodejs\truns Node.js functions (at least version %s, as /usr/bin/node)\n' "$NODE_MAJOR_MIN"
        has_python_package PIL || printf 'python3-pil\tgives functions Pillow\n'
        has_python_package numpy || printf 'python3-numpy\tgives functions numpy\n'
        [[ -x /usr/bin/bwrap ]] || printf 'bubblewrap\tputs each guest into namespaces of its own\n'
        [[ -d /usr/share/zoneinfo ]] || printf "tzdata\tgives functions the world's time zones\n"
        [[ -f /etc/services ]] || printf 'netbase\tgives functions the names of services and protocols\n'
    fi
    if [[ $1 != build ]]; then
        [[ $BUILDS != *python* ]] || has_python_package pip || printf 'python3-pip\tinstalls what Python images need\n'
        [[ $BUILDS != *nodejs* || -e /usr/bin/npm ]] || printf 'npm\tinstalls what Node.js images need\n'
        [[ $BUILDS != *debian* || -x /usr/bin/gpgv ]] || printf 'gpgv\tchecks what signs Debian mirrors\n'
    fi
    if [[ $1 == test* || -n ${NEEDS_MAVEN-} || $BUILDS == *java* ]]; then
        command -v mvn >/dev/null || printf 'maven\tbuilds Sluice\n'
    fi
    if [[ $1 == test* ]]; then
        has_python_package pyaes || printf 'python3-pyaes\tis used by an example, which is tested\n'
        has_python_package chameleon || printf 'python3-chameleon\tis used by an example, which is tested\n'
        has_python_package cryptography || printf 'python3-cryptography\tis used by an example, which is tested\n'
        has_python_package jwt || printf 'python3-jwt\tis used by an example, which is tested\n'
        has_python_package pip || printf 'python3-pip\tbuilds images, which is tested\n'
        [[ -e /usr/bin/npm ]] || printf 'npm\tbuilds images, which is tested\n'
        command -v gpg >/dev/null || printf 'gnupg\tsigns a Debian mirror, which is tested\n'
        command -v fish >/dev/null || printf 'fish\tcompletes words, which is tested\n'
        command -v zsh >/dev/null || printf 'zsh\treads its completion, which is tested\n'
        command -v docker-registry >/dev/null || printf 'docker-registry\tkeeps images, which are pulled in tests\n'
        command -v pebble >/dev/null || printf 'pebble\tsigns certificates, which are ordered in tests\n'
        command -v curl >/dev/null || printf "curl\tis used by the README's examples, which are tested\n"
    fi
    if [[ $1 == test* || ($1 == run && $ISOLATION == oci) ]]; then
        [[ -x /usr/bin/crun ]] || printf 'crun\tputs guests into containers\n'
    fi
    if [[ $1 == test-full || ($1 == run && $ISOLATION == microvm) ]]; then
        [[ -x /usr/bin/qemu-system-x86_64 ]] || printf 'qemu-system-x86\truns virtual machines\n'
        command -v mkfs.erofs >/dev/null || printf 'erofs-utils\tmakes the disks of virtual machines\n'
        command -v gcc >/dev/null || printf 'gcc\tcompiles the first program of virtual machines\n'
        compgen -G '/usr/lib/*/libc.a' >/dev/null || printf 'libc6-dev\tis linked into that program\n'
    fi
    if [[ $1 == test-full ]]; then
        has_python_package sklearn || printf 'python3-sklearn\tis used by an example, which is tested\n'
        command -v chromium >/dev/null || printf 'chromium\tlogs in on the pages that are tested\n'
        command -v chromedriver >/dev/null || printf 'chromium-driver\tdrives Chromium in these tests\n'
        has_python_package pandas || printf 'python3-pandas\tis used by an example, which is tested\n'
    fi
}

# Asks, unless CONSENT says yes.
ensure_packages() { # PURPOSE
    local -a names=()
    local missing name why
    needs_maven && NEEDS_MAVEN=yes || NEEDS_MAVEN=''
    missing=$(missing_packages "$1")
    if [[ -z $missing ]]; then
        [[ $1 == build ]] || try_for_requests
        return 0
    fi

    say "Sluice needs packages that this machine lacks:"
    while IFS=$'\t' read -r name why; do
        names+=("$name")
        say "  $BOLD$name$PLAIN $why"
    done <<<"$missing"

    # Along with these, what the image python3 of 'create seed-images' asks for; nobody has to have it.
    [[ $1 == build ]] || has_python_package requests || names+=(python3-requests)

    command -v apt-get >/dev/null || fail "cannot install them here: this is not Debian or one of its kin." \
        "Install what your distribution calls: ${names[*]}" "and run this command again."
    local -a as_root=()
    local by_hand="apt-get update && apt-get install --yes --no-install-recommends ${names[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "you are not root and there is no sudo. As root, run:" "  $by_hand"
        as_root=(sudo)
        may_install || fail "not installed. To do it by hand:" "  sudo sh -c '$by_hand'"
    fi
    install_packages "${names[@]}"
}

# What the image python3 of 'create seed-images' asks for; nobody has to have it. Tried once, by who need not be asked.
try_for_requests() {
    local tried="$WORK/requests.tried"
    has_python_package requests && return 0
    [[ -e $tried ]] || ((EUID != 0)) || ! command -v apt-get >/dev/null && return 0
    mkdir -p "$WORK"
    : >"$tried"
    local -a as_root=()
    say "Installing python3-requests, which the image python3 of 'create seed-images' asks for"
    apt_quietly "$WORK/packages.log" install python3-requests || say "That failed; nothing else needs it"
}

may_install() {
    local answer
    [[ $CONSENT == yes ]] && return 0
    [[ -t 0 ]] || return 1
    read -r -p "Install them with apt-get now? [Y/n] " answer || return 1
    [[ -z $answer || $answer == [Yy]* ]]
}

# Reads `as_root` of its caller.
install_packages() { # NAME...
    local log="$WORK/packages.log"
    mkdir -p "$WORK"
    : >"$log"
    compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || apt_quietly "$log" update || true
    say "Installing ${*}"
    apt_quietly "$log" install "$@" && return 0
    say "That failed; refreshing the package lists and trying once more"
    if apt_quietly "$log" update && apt_quietly "$log" install "$@"; then return 0; fi
    tail -n 15 "$log" >&2
    fail "apt-get could not install ${*} (the whole log is $log)"
}
apt_quietly() { # LOG update|install NAME...
    local -a command=(apt-get --quiet --yes --no-install-recommends "${@:2}")
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive "${command[@]}" >>"$1" 2>&1 </dev/null
}
