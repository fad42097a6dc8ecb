# shellcheck shell=bash
# What `sluice help` and `sluice WORD --help` say about the launcher's own words.

help_for() { # WORD...
    case ${1-} in
        up) cat <<TEXT
Usage: sluice up [--detach] [--yes] [--data DIR] [--api-port N] [--api-tls-port N]
                 [--gateway-port N] [--gateway-tls-port N] [OPTION...]

Starts the server: installs system packages that are missing (says which and why; asks unless you are root or
say --yes), builds when a source changed, and runs the server on 127.0.0.1. Without --detach it stays in the
foreground, and Ctrl-C stops it. A second 'up' on the same data directory changes nothing.

  --detach              return once the server is ready; its log is DIR/server.log
  -y, --yes             install missing packages without asking
  --data DIR            where its state lives (\$SLUICE_DATA, or ~/.sluice/data)
  --api-port N          plain HTTP of the control plane (8080); 0 picks a free port
  --api-tls-port N      its HTTPS (8443)
  --gateway-port N      plain HTTP of the functions' endpoints (8081)
  --gateway-tls-port N  its HTTPS (8444)
  --gateway-address IP  where these two listen (127.0.0.1); 0.0.0.0 for everybody who reaches this machine
  --gateway-http2 on    offer HTTP/2 beside HTTP/1.1 where there is TLS (off)

Which organization may have which host for its APIs: the first that shows that the name is its own, unless this says:

  --host-claim waived        the first that asks, with nothing to show (required)
  --host-dns ADDRESS:PORT    the DNS server where it is looked for (this machine's)

Where certificates are ordered for hosts that ask for that (tls acme); nowhere, unless this says so:

  --acme-directory URL       the ACME directory of the authority, such as https://acme-v02.api.letsencrypt.org/directory
  --acme-terms agreed        you have read the authority's terms of service, and agree to them
  --acme-contact MAIL        where it may write to
  --acme-ca FILE             trust the certificates in this PEM file too when asking it, in a closed network

What functions may reach outside, by external gates; nothing, unless one of these says so:

  --egress-allow HOST        a host that external gates may name; * for every one; may be repeated
  --egress-permit HOST:PORT  reach it though its address is not public; may be repeated
  --egress-ca FILE           trust the certificates in this PEM file too; package registries' as well

Where builds of images may fetch packages from; nowhere, unless this says so:

  --package-index KIND=URL   a registry of packages for python, nodejs, java or powershell, or a Debian mirror
                             (debian=URL); may be repeated: the first of a kind is its index, others are where files
                             lie that it leads to, and for Debian more mirrors
  --package-keyring FILE     the public keys that sign the Debian mirrors (those of this machine's system)

Which registries base images may be pulled from: those that --egress-allow names, with TLS, unless this says otherwise:

  --registry-http HOST[:PORT]  ask this registry without TLS; may be repeated

How much there is for whom:

  --guest-mib N              memory of all guests together (what is free when the server starts, but for 512 MiB)
  --ready-guests N           guests that wait ready for a first call, of Python and Node.js each (2)
  --isolation namespaces|oci|microvm
                             what keeps guests from the machine and from each other (namespaces); oci is a
                             container each, by crun; microvm is a virtual machine each, and wants
                             qemu-system-x86, erofs-utils and gcc; 'sluice doctor' tells what they cost here
  --reuse never|same-label|label-flow
                             which later runs may find what earlier ones left in an instance, at most;
                             functions may allow less (same-label)
  --quota-items N            items that each organization may store (10000000)
  --quota-mib N              and MiB (102400)
  --quota ORG=ITEMS,MIB      the same for one organization; may be repeated
  --quota-concurrent-runs N  runs that each organization may have under way (1000)
  --quota-queued-runs N      and waiting (10000)
  --quota-queued-mib N       what those were given together that nobody waits for (1024)
  --quota-memory-mib N       memory of all its runs (what the scheduler gives one: four fifths of all)
  --quota-functions N        functions that it may have (1000)
  --quota-requests-per-second N
                             requests that it may send (1000)
  --quota-gateway-requests-per-second N
                             requests to its APIs (5000)
  --collect-seconds N        from one look for what nothing reaches to the next (600)
  --runs-kept-days N         how long runs are kept (30)
  --runs-kept N              how many of an organization's runs are kept (100000)

Which tokens of service accounts are good:

  --token-seconds N          longest life of a token that an account signs for itself (3660: Dispatch's client)
  --token-audience required  demand that it says "aud": "sluice", which Dispatch's client does not (any)

DIR/endpoints.json holds the addresses once the server is ready. 
Variables: SLUICE_DATA, SLUICE_API_PORT, SLUICE_API_TLS_PORT, SLUICE_GATEWAY_PORT and SLUICE_GATEWAY_TLS_PORT
change the defaults; SLUICE_JAVA_OPTS adds options for the server's JVM.

Examples: sluice up --detach --data /srv/sluice --api-port 9000
          sluice up --detach --egress-allow api.github.com
TEXT
            ;;
        install) cat <<TEXT
Usage: sluice install [--prefix DIR]

Puts sluice on the PATH as a link to this clone, with its manual page and the completion of bash, zsh and fish: below
DIR (~/.local), as bin/sluice and in share/. Says each file that it writes, writes nothing else, and refuses to replace
what it did not make. May be repeated, after an update of the clone for instance.
TEXT
            ;;
        uninstall) cat <<TEXT
Usage: sluice uninstall [--prefix DIR]

Takes away what 'sluice install' put below DIR (~/.local), and only that. Servers, their data and the configuration stay.
TEXT
            ;;
        down) cat <<TEXT
Usage: sluice down [--data DIR]

Stops the server of a data directory and waits until it is gone. Does nothing when none is running.
TEXT
            ;;
        status) cat <<TEXT
Usage: sluice status [--data DIR]

Says whether a server is running, where it listens and which process it is. Exit code: 0 running, $EXIT_NOT_RUNNING not running.
TEXT
            ;;
        logs) cat <<TEXT
Usage: sluice logs [--follow] [--data DIR]

Prints the last $LOG_LINES_SHOWN lines of the log of a server that was started with --detach.

  -f, --follow  keep printing what is added
TEXT
            ;;
        build) cat <<TEXT
Usage: sluice build

Builds without tests. 'up' and all other words do that by themselves when a source changed.
TEXT
            ;;
        test) cat <<TEXT
Usage: sluice test [--full] [MAVEN-ARGUMENT...]

Builds and runs all tests: unit, contract, architecture and end-to-end, and the README's commands as written.

  --full            the slow ones too (fetches Keycloak, 177 MB, once)
  -Dtest=NAME       only tests of that name
  -pl MODULE -am    only that module and what it needs

Example: sluice test -Dtest=LabelLawsTest
TEXT
            ;;
        bench) cat <<TEXT
Usage: sluice bench [--json FILE] [--objects N | --quick] [NAME...]

Measures, and prints a table, each number beside its baseline of the same run; --json writes the same as JSON.
Names: start, label, kernel, fs (a part of kernel), iam, functions, doors, isolation, invoke-warm, invoke-cold; parts of functions
are functions-languages, functions-enqueue, functions-shared, functions-runs and functions-registry, parts of doors
doors-gateway, doors-routes, doors-hosts, doors-tls and doors-events, parts of isolation isolation-guests, isolation-reuse,
isolation-placement, isolation-burst and isolation-floods. Without a name: all of them. --objects says how many are many
(1000000, which takes minutes), --quick that 10000 are, which leaves figures out and says which. Keep the machine quiet meanwhile.
TEXT
            ;;
        fuzz) cat <<TEXT
Usage: sluice fuzz noninterference [--pairs N] [--seed S]
       sluice fuzz mutants [ID...] [--pairs N] [--seed S]
       sluice fuzz mutants --scenarios [S01...]
       sluice fuzz faults [--programs N] [--seed S] [--calls N]
       sluice fuzz parsers [NAME...] [--minutes N]

Looks for holes. 'noninterference' runs N random scenarios (10000), each in two worlds that differ only in what the
observer must not know, and compares all that he sees. It stops at the first difference and prints the smallest
scenario that shows it. The same seed gives the same scenarios.

'mutants' builds the platform without one guard at a time and says which of them 'noninterference' finds, and after how
many pairs. An ID is the beginning of a guard's name, such as 'task-'. With --scenarios it runs the tests of the
security scenarios instead, each in builds without the guards that SPECIFICATION.md says it rests on: it must fail.

'faults' runs N random programs (100) on a store that fails at its 1st, 2nd, ... call, starts a server on what is
left, and says what was acknowledged and is lost, or is half done. With --calls it tries only so many calls of each.

'parsers' feeds every parser of what guests and clients send with bytes that Jazzer makes up, for N minutes (8) together.

Exit code: 0 nothing found, $EXIT_FAILED something found.

Example: sluice fuzz noninterference --pairs 1000 --seed 7
TEXT
            ;;
        admin) cat <<TEXT
Usage: sluice admin reset-key [--data DIR]
       sluice admin rotate-keys [--data DIR]

What only the owner of a data directory can do, on the machine itself. DIR is \$SLUICE_DATA, or ~/.sluice/data.

'reset-key' makes another key for the administrator, DIR/admin.key, when the old one was lost or is known to somebody:
the old one is worth nothing afterwards, and the administrator may do what he could on the first day. Stop the server
first; start it again afterwards.

'rotate-keys' makes another key for the tokens that the server signs. Nobody is logged out: what the old key signed is
good until it ends, and a running server notices by itself. It also happens every 30 days. It makes another master key
for the secrets too, DIR/master.key: a running server wraps all their keys with it and forgets the old one, as one that
is started does. Keep a copy of that file apart from copies of DIR: without it nobody reads a secret.

Example: sluice admin reset-key
TEXT
            ;;
        doctor) cat <<TEXT
Usage: sluice doctor [--microvm] [-o json|table]

Tells in which ways this machine can isolate functions, and why not in the others: it opens each as a server would, in a
directory that goes with it, starts a few guests that run nobody's code, and says how long they take beside the
interpreter alone. Of virtual machines it says what would run them; --microvm starts some, too. That fetches a kernel and takes minutes.

Exit code: 0 if a server can be started here, $EXIT_FAILED if not.

Example: sluice doctor -o json
TEXT
            ;;
        label) cat <<TEXT
Usage: sluice label OPERATION ARGUMENT...
       sluice label --batch

Computes with labels, without a server. Operations: parse flow flowp implies eq lub glb down endorse and or.
With --batch it reads lines 'operation<TAB>argument<TAB>...' and prints one answer for each.

Example: sluice label flow 'alice,T' 'alice&bob,T'
TEXT
            ;;
        '' | help) cat <<TEXT
${BOLD}Sluice${PLAIN}: functions for many tenants, kept apart by information flow control.

Usage: sluice WORD [OPTION...]

  up          start the server            build       build without tests
  down        stop it                     test        run all tests
  status      is it running, and where    bench       measure
  logs        its log                     fuzz        look for holes
  help WORD   more about one word         label       compute with labels
  admin       the administrator's key    install     put it on the PATH (uninstall: take it away)
  doctor      what this machine can do

sluice dev DIR runs a directory's function at each save, on a private server that goes with it.
Every other word goes to the client, which talks to a running server:

  create get update delete    functions, runs      whoami token          who you are
  exec invoke                 call a function      login logout manage   the client's configuration
  fs                          labeled files        version completion

  --config FILE, --organization NAME, --host, --port, -o json|yaml|table    go with each of them

  sluice create function hello examples/hello.py --image python3
  sluice exec hello --wait --input '{"name": "Jon"}' -o json

'sluice WORD --help' says more about each.
TEXT
            ;;
        *) command_client "$@" --help ;;
    esac
}
