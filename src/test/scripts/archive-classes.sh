#!/bin/sh
# Starts the packaged server, lets it warm up, and archives the classes that it has loaded.
# Usage: archive-classes.sh <java> <jar> <archive>
set -u
log="$3.log"
# One of an earlier build would pass for that of this one, and the JVM would warn in the output of each test.
rm -f "$3"
"$1" -XX:ArchiveClassesAtExit="$3" -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port=0 \
    -Dquarkus.management.host=127.0.0.1 -Dquarkus.management.port=0 -Datrium.file.directory="$3.files" \
    -Datrium.warm-up.duration=2s -Datrium.drain.delay=0s -Datrium.drain.window=0s -jar "$2" >"$log" 2>&1 &
server=$!
for _ in $(seq 300); do
  grep -q 'Warmed up\|warm-up has failed' "$log" && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.2
done
kill "$server"
wait "$server"
test -s "$3" || { cat "$log"; exit 1; }
