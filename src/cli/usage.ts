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
  -i <seconds>          Wait so long after each run, or each step of --scan
  -x                    Standard input becomes the last argument
  -X <tag>              Standard input replaces the argument that equals the tag
  --quoted-input        Arguments are quoted: "a\\x00b"
  --eval <file>         Run a script with KEYS and, behind a comma, ARGV: --eval f.lua k1 , a1
  --scan                List all keys, a batch at a time
  --pattern <glob>      Keys to list
  --quoted-pattern <g>  The same, quoted

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
`;
}
