# shellcheck shell=bash
# Finds a JDK 25 and sets JAVA_HOME to it. No version manager's shim, and no other version: the server's flags and
# its AOT cache are made for 25. The version is read from the JDK's `release` file, which costs no process.

readonly JDK_VERSION=25

is_our_jdk() { # HOME
    local line
    [[ -x $1/bin/javac && -r $1/release ]] || return 1
    while IFS= read -r line; do
        [[ $line == "JAVA_VERSION=\"$JDK_VERSION\""* || $line == "JAVA_VERSION=\"$JDK_VERSION."* ]] && return 0
    done <"$1/release"
    return 1
}

use_jdk() {
    local home
    shopt -s nullglob
    for home in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/* /usr/local/lib/jvm/* /usr/java/* /opt/* /opt/java/* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
        if is_our_jdk "$home"; then
            shopt -u nullglob
            export JAVA_HOME="$home"
            return
        fi
    done
    shopt -u nullglob
    fail "needs JDK $JDK_VERSION and found none." \
        "Looked in: JAVA_HOME (${JAVA_HOME:-not set}), /usr/lib/jvm, /usr/local/lib/jvm, /usr/java, /opt, ~/.sdkman, ~/.jdks." \
        "Debian 12 has no package of it. Install Eclipse Temurin $JDK_VERSION:" \
        "  archive:  https://adoptium.net/temurin/releases/?version=$JDK_VERSION  (unpack it below /opt)" \
        "  package:  temurin-$JDK_VERSION-jdk, see https://adoptium.net/installation/linux/" \
        "then run this command again, or set JAVA_HOME to where the JDK is."
}
