/**
 * What `--help` prints.
 *
 * @module
 */

/** The usage text, with the version of this client. */
export function usageText(version: string): string {
  return `redeno-cli ${version}

Usage: redeno cli [OPTIONS] [COMMAND [ARGUMENT ...]]

Without a command it reads commands: from a terminal with editing, history, hints and completion, or
line by line from a pipe.

Where to connect
  -h <host>             Host name or address (127.0.0.1)
  -p <port>             Port (6379)
  -s <path>             Unix socket, instead of host and port
  -u <uri>              redis://[[user]:password@]host[:port][/database], rediss:// for TLS
  -n <number>           Database (0)
  -c                    Follow the redirections of a cluster
  --tls                 Encrypt the connection
  --cacert <file>       Trust these authorities, in PEM form
  --cert <file>         Own certificate, in PEM form (with --key)
  --key <file>          Key of the own certificate
  --sni <name>          Server name to send and check

Who to be
  -a, --pass <password> Password; the variable REDISCLI_AUTH keeps it off the command line
  --user <name>         User, with a password
  --askpass             Ask for the password
  --no-auth-warning     Do not warn of a password on the command line

What to send
  -2, -3                Protocol version RESP2 (default) or RESP3
  -r <count>            Run the command so often; below zero, for ever
  -i <seconds>          Wait so long after each run; the pace of the modes below
  -x                    Standard input becomes the last argument
  -X <tag>              Standard input replaces the argument that equals the tag
  --quoted-input        Arguments are quoted: "a\\x00b"
  --eval <file>         Run a script with KEYS and, behind a comma, ARGV: --eval f.lua k1 , a1
  --pipe                Send standard input as it is: protocol, or commands line by line
  --pipe-timeout <n>    End --pipe when no reply has come for so many seconds (30; 0: never)

What to look at instead
  --scan                List all keys, a batch at a time
  --bigkeys             Find the keys with most items, or the longest strings
  --memkeys             Find the keys that take most memory
  --memkeys-samples <n> The same, looking into so many items of each key
  --hotkeys             Find the keys used most; needs a maxmemory-policy of the LFU kind
  --pattern <glob>      Keys to look at, for these modes
  --quoted-pattern <g>  The same, quoted
  --count <number>      How many keys to ask for at once (10)
  --stat                Figures about the server, a line every second
  --latency             The time of a PING: one line for programs, for ever at a terminal
  --latency-history     The same, anew every 15 seconds
  --latency-dist        The same, as a spectrum in 256 colours; --mono for greys
  --intrinsic-latency <seconds>
                        How long this machine keeps a program from running; asks no server
  --lru-test <keys>     Reads and writes with a skew, and tells the hits
  --rdb <file>          Fetch all data as an RDB file; - for standard output
  --functions-rdb <file>
                        The same, functions only
  --replica             Show the commands that the server sends to replicas

How to print
  --raw                 Bare values (default unless standard output is a terminal)
  --no-raw              Values with their types (default at a terminal)
  --csv                 Comma-separated values
  --json                JSON; asks for RESP3 unless -2 is given
  --quoted-json         JSON in ASCII: strings hold their quoted form
  -d <delimiter>        Between the items of a bare reply (newline)
  -D <delimiter>        Behind each bare reply (newline)
  --show-pushes <y|n>   Print RESP3 push messages (yes at a terminal)
  -e                    End with code 1 when the reply is an error

  --help                This text
  -v, --version         The version

Examples
  redeno cli -x set page < index.html
  redeno cli -r 10 -i 1 info clients
  redeno cli --quoted-input set "nul\\x00inside" value
  redeno cli --scan --pattern 'user:*'
  redeno cli --pipe < commands.txt
  redeno cli --rdb backup.rdb
`;
}
