# shellcheck shell=bash
# Puts `sluice` on the PATH, with its manual page and the completion of three shells, and takes them away again. It
# writes those five files below one directory and nothing else, and touches none that it did not make.

readonly INSTALL_MARK='made by: sluice install'

# Where each goes, and what makes it: below the prefix, a word of the client.
installed_files() {
    cat <<TEXT
share/man/man1/sluice.1	man
share/bash-completion/completions/sluice	completion bash
share/zsh/site-functions/_sluice	completion zsh
share/fish/vendor_completions.d/sluice.fish	completion fish
TEXT
}

parse_prefix() { # WORD ARGUMENT...: sets PREFIX
    local word=$1
    shift
    PREFIX=${HOME}/.local
    while (($#)); do
        case $1 in
            --prefix=*) PREFIX=${1#*=} ;;
            --prefix) PREFIX=$(value_of "$word" "$1" $# "${2-}") || exit "$EXIT_USAGE"; shift ;;
            *) usage_error "$word" "unknown argument '$1'" ;;
        esac
        shift
    done
    [[ -n $PREFIX ]] || usage_error "$word" "--prefix needs a directory"
    [[ $PREFIX == /* ]] || PREFIX=$STARTED_IN/$PREFIX
}

is_our_link() { [[ -L $1 && $(readlink "$1") == */sluice ]]; }
is_our_file() { [[ -f $1 && ! -L $1 ]] && head -n 2 "$1" | grep -qF "$INSTALL_MARK"; }

command_install() {
    local PREFIX file words text
    parse_prefix install "$@"
    use_jdk
    ensure_built
    local link=$PREFIX/bin/sluice
    # All is looked at before anything is written.
    [[ ! -e $link && ! -L $link ]] || is_our_link "$link" || fail "$link is there and is not ours: remove it, or say --prefix DIR"
    while IFS=$'\t' read -r file words; do
        file=$PREFIX/$file
        [[ ! -e $file && ! -L $file ]] || is_our_file "$file" || fail "$file is there and is not ours: remove it, or say --prefix DIR"
    done < <(installed_files)
    while IFS=$'\t' read -r file words; do
        # shellcheck disable=SC2086 # these are words
        text=$(command_client $words </dev/null) || fail "the client cannot make $file"
        write_installed "$PREFIX/$file" "$text"
    done < <(installed_files)
    mkdir -p "$PREFIX/bin"
    ln -sfn "$ROOT/sluice" "$link"
    say "Installed $link, which leads to $ROOT"
    case ":$PATH:" in
        *":$PREFIX/bin:"*) ;;
        *) say "$PREFIX/bin is not on your PATH yet: add it in your shell's profile" ;;
    esac
    say "zsh completes if $PREFIX/share/zsh/site-functions is in its fpath; bash and fish do in their next session"
}

# Whole or not at all. The mark follows a first line that zsh needs to stay the first.
write_installed() { # FILE TEXT
    local comment='#'
    [[ $1 != *.1 ]] || comment='.\"'
    mkdir -p "$(dirname "$1")"
    printf '%s\n%s %s\n%s\n' "$(head -n 1 <<<"$2")" "$comment" "$INSTALL_MARK" "$(tail -n +2 <<<"$2")" >"$1.new"
    chmod 644 "$1.new"
    mv "$1.new" "$1"
    say "Wrote $1"
}

command_uninstall() {
    local PREFIX file
    parse_prefix uninstall "$@"
    while IFS=$'\t' read -r file _; do
        remove_installed "$PREFIX/$file" is_our_file
    done < <(installed_files)
    remove_installed "$PREFIX/bin/sluice" is_our_link
}
remove_installed() { # FILE IS-OURS
    if "$2" "$1"; then
        rm -f "$1"
        say "Removed $1"
    elif [[ -e $1 || -L $1 ]]; then
        say "Left $1: it is not ours"
    fi
}
