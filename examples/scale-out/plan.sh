#!/bin/sh
# Plans the partitions DIRECTORY/part-*.ndjson with several processes, without any engine: xargs runs one step per partition.
#   sh plan.sh VENDOR AS_OF TARGET DIRECTORY
# Writes DIRECTORY/lines.ndjson: one line of the plan per line of text.
set -eu
vendor=$1 as_of=$2 target=$3
# Rules and policies are those of the directory in which the script is started.
QUOTIENT_RULES=$(realpath "${QUOTIENT_RULES:-rules}") QUOTIENT_POLICIES=$(realpath "${QUOTIENT_POLICIES:-policies}")
export QUOTIENT_RULES QUOTIENT_POLICIES
cd "$4"
processes=${PROCESSES:-2}

# Runs a step for every partition: the partition is its stdin, and its output goes to PARTITION.SUFFIX.
each() {
    suffix=$1
    shift
    printf '%s\n' part-*.ndjson | xargs -P "$processes" -I PART sh -c 'part=$1 suffix=$2; shift 2; "$@" < "$part" > "$part.$suffix"' \
        sh PART "$suffix" quotient assess "$@" --threads 1
}

# Survey in rounds, until the merged survey says that the lines come next.
each survey survey "$vendor" --as-of "$as_of" --target "$target"
quotient assess merge part-*.survey --output survey.json
while grep -q '"next":"survey"' survey.json; do
    each survey survey "$vendor" --survey survey.json
    quotient assess merge part-*.survey --output next.json
    mv next.json survey.json
done

# A small record per partner, and one process that settles all of them.
each assessed lines "$vendor" --survey survey.json
cat part-*.assessed | quotient assess settle "$vendor" --survey survey.json --summary summary.json --output settled.ndjson

# Each partition with its settled quotas, as a proposal has them.
each finished finish "$vendor" --survey survey.json --summary summary.json --settled settled.ndjson
cat part-*.finished > lines.ndjson
