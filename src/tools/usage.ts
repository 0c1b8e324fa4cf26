/**
 * What `--help` prints.
 *
 * @module
 */

/** `check`. */
export const CHECK_USAGE = `Usage: redeno check [OPTIONS] PATH...

Say whether files are whole and sound, and if not, at which byte the first fault is. PATH is a dump
(.rdb), an append-only directory or its manifest, or a single append-only file.

  --fix              Cut off the torn tail of the last append-only file, after asking
  -y, --yes          Answer yes
  --databases <n>    Refuse database numbers from n on, as a server with that setting does
  --skip-duplicates  Do not look for keys that come twice, which takes about 40 bytes a key
  -h, --help         This text

Exit code: 0 when all is sound (or was mended), 1 when not, 2 for wrong use.`;

/** `rdb`. */
export const RDB_USAGE = `Usage: redeno rdb TOOL [OPTIONS] FILE...

  inspect FILE       Keys by type, database and expiry, and the biggest ones
  json FILE          The keys as JSON, one a line
  diff A B           The keys that are not the same in two dumps
  convert IN OUT     The same dump in another version of the format

redeno rdb TOOL --help tells more; redeno check FILE tells what is wrong with a damaged one.`;

/** `rdb inspect`. */
export const INSPECT_USAGE = `Usage: redeno rdb inspect [OPTIONS] FILE

Count keys by type, encoding, database and the time they have left, and list the biggest. "in file"
is what a key takes in the dump; "content" is its name and elements themselves, unpacked: the least
memory that a server needs for it.

  --top <n>          How many of the biggest keys to list (10)
  --by <what>        Biggest by bytes (in the file), content or elements
  --json             Print JSON
  -h, --help         This text

Exit code: 0; 1 when the file is damaged (what is before the fault is counted); 2 for wrong use.`;

/** `rdb json`. */
export const JSON_USAGE = `Usage: redeno rdb json [OPTIONS] FILE

Print each key as one line of JSON: {"db":0,"key":"k","type":"string","encoding":"string",
"expireAt":null,"value":"v"}. expireAt is unix milliseconds; keys whose time is past are there too.

  string             "value"
  list, set          ["element", ...]
  hash               [["field", "value"], ...], with the unix milliseconds of a field that expires
                     as a third element
  zset               [["member", 1.5], ...]; infinite scores are "inf" and "-inf"
  stream             {"length", "lastId", "maxDeletedId", "entriesAdded", "entries", "groups"}

A byte string that is not valid UTF-8 is {"base64": "..."}.

  --match <glob>     Only keys that fit the pattern, as in KEYS; may be repeated
  --type <type>      Only string, list, set, zset, hash or stream; may be repeated
  --db <n>           Only this database; may be repeated
  -h, --help         This text

Exit code: 0; 1 when the file is damaged (what is before the fault is printed); 2 for wrong use.`;

/** `rdb diff`. */
export const DIFF_USAGE = `Usage: redeno rdb diff [OPTIONS] A B

Print the keys that only B has (+), only A has (-), and whose value or expiry is another (~), and
how many there are. Encodings, the order of sets and hashes, and access times do not matter.

  -q, --quiet        Print nothing
  -h, --help         This text

Memory: about 70 bytes for each key of A. Exit code: 0 when nothing differs, 1 when something does,
2 when a file cannot be read, or for wrong use.`;

/** `rdb convert`. */
export const CONVERT_USAGE = `Usage: redeno rdb convert --to-version N [OPTIONS] IN OUT

Write the dump IN to OUT in format version N: 9 for Redis 5 and 6, 10 for 7.0, 11 for 7.2, 12 for
7.4. Expiries stay as they are.

  --to-version <n>   9, 10, 11 or 12
  --lossy            Leave out what the version cannot hold: function libraries (9), expiries of
                     hash fields (9 to 11); without it such a file is refused
  --force            Replace OUT when it is there
  -h, --help         This text

Exit code: 0, 1 when IN is damaged or OUT cannot be written, 2 for wrong use.`;
