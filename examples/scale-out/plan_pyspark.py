"""Plans partitions of a partner book with PySpark: the engine moves the data, `quotient assess` computes.

    python3 plan_pyspark.py VENDOR AS_OF TARGET 'part-*.ndjson' lines.ndjson

Each line of the input is one partner as a small book (docs/scale-out.md). `quotient` must be on the PATH of every worker, and
the rules where QUOTIENT_RULES says. Here the workers are threads of this machine (`local[2]`); on a cluster, set MASTER and
give `addFile` a path that the driver can read.
"""

import json
import os
import subprocess
import sys
import tempfile

from pyspark import SparkFiles
from pyspark.sql import SparkSession


def step(*arguments):
    """A function of one partition: its lines through one process of `quotient assess`, line by line."""

    def run(lines):
        command = ["quotient", "assess", *[SparkFiles.get(word[1:]) if word.startswith("@") else word for word in arguments]]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as given:
            given.writelines(line + "\n" for line in lines)
            given.seek(0)
            with subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
                for line in process.stdout:
                    yield line.rstrip("\n")
            if process.returncode:
                raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")

    return run


def merge(surveys, name, directory):
    """The surveys of all partitions as one file; surveys merge in any order, so that a tree of merges would do as well."""
    files = []
    for place, survey in enumerate(surveys):
        files.append(os.path.join(directory, f"{name}.{place}"))
        with open(files[-1], "w", encoding="utf-8") as file:
            file.write(survey)
    path = os.path.join(directory, name)
    subprocess.run(["quotient", "assess", "merge", *files, "--output", path], check=True)
    with open(path, encoding="utf-8") as file:
        return path, json.load(file)["next"]


def main(vendor, as_of, target, pattern, output):
    spark = SparkSession.builder.master(os.environ.get("MASTER", "local[2]")).config("spark.ui.enabled", "false").getOrCreate()
    context = spark.sparkContext
    context.setLogLevel("ERROR")
    partners = context.textFile(pattern).cache()
    with tempfile.TemporaryDirectory() as directory:
        # (0) the survey, in rounds
        asked, following = ["--as-of", as_of, "--target", target], "survey"
        rounds = 0
        while following == "survey":
            surveys = partners.mapPartitions(step("survey", vendor, *asked, "--threads", "1")).collect()
            survey, following = merge(surveys, f"survey-{rounds}.json", directory)
            context.addFile(survey)
            asked, rounds = ["--survey", "@" + os.path.basename(survey)], rounds + 1
        # (1) a small record per partner
        assessed = partners.mapPartitions(step("lines", vendor, *asked, "--threads", "1"))
        # (2) all records through one process: exact reconciliation
        records = os.path.join(directory, "assessed.ndjson")
        with open(records, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in assessed.toLocalIterator())
        settled, summary = os.path.join(directory, "settled.ndjson"), os.path.join(directory, "summary.json")
        with open(records, encoding="utf-8") as file:
            command = ["quotient", "assess", "settle", vendor, "--survey", survey, "--summary", summary, "--output", settled]
            subprocess.run(command, stdin=file, check=True)
        # (3) joined with the partitions, which ascend by partner as the settled lines do
        context.addFile(summary)
        context.addFile(settled)
        by_id = partners.keyBy(lambda line: json.loads(line)["partners"][0]["partner_id"].encode())
        ascending = by_id.sortByKey().values()
        joined = [*asked, "--summary", "@summary.json", "--settled", "@settled.ndjson"]
        finished = ascending.mapPartitions(step("finish", vendor, *joined, "--threads", "1"))
        with open(output, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in finished.toLocalIterator())
        with open(summary, encoding="utf-8") as file:
            total = json.load(file)["total"]
    spark.stop()
    print(f"{total} in total, in {rounds} rounds of the survey")


if __name__ == "__main__":
    main(*sys.argv[1:])
