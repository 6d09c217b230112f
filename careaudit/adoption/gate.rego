# METADATA
# title: An equity audit opens or closes a deployment
# description: >-
#   A sample over audit.json, for OPA and conftest: conftest test audit/audit.json -p gate.rego -n careaudit.gate
#   It denies whatever it cannot read: a missing key never opens the gate. The day is data.as_of
#   ("2026-11-22"), else today. Rego sees the record alone: waivers, baselines, release comparisons,
#   groups that the plan names and the log lacks, the council's decision and the record's digest are
#   the work of `careaudit gate`.
package careaudit.gate

import rego.v1

verdicts := {"pass", "fail", "inconclusive"}

default allow := false

allow if count(deny) == 0

today := data.as_of

today := sprintf("%d-%02d-%02d", time.date(time.now_ns())) if not data.as_of

deny contains "not a record of schema 1" if not input.schema_version == 1

deny contains "nobody has confirmed which decisions are good for customers" if not confirmed

deny contains "the record does not say until when it is good" if not is_day(input.provenance.expires_on)

deny contains "the record does not say of which day it is" if not is_day(input.provenance.as_of)

deny contains sprintf("the audit expired on %s", [input.provenance.expires_on]) if {
	today > input.provenance.expires_on
}

deny contains sprintf("the audit is of %s, after the day of this gate", [input.provenance.as_of]) if {
	today < input.provenance.as_of
}

deny contains "no question decides the release" if count(gated) == 0

deny contains "the record has no list of comparisons" if not is_array(input.comparisons)

deny contains sprintf("question %v: gate, verdict or inconclusive cannot be read", [at]) if {
	some at, question in input.questions
	not readable(question)
}

deny contains sprintf("%s fails", [question.id]) if {
	some question in gated
	question.verdict == "fail"
}

deny contains sprintf("%s cannot be told (%s)", [question.id, question.reason]) if {
	some question in gated
	question.verdict == "inconclusive"
	not question.inconclusive in {"warn", "open"}
}

# A record that contradicts itself was changed after the audit.

deny contains sprintf("%s passes without a comparison", [question.id]) if {
	some question in gated
	question.verdict == "pass"
	count(compared(question)) == 0
}

deny contains sprintf("%s fails, and its question does not", [comparison.id]) if {
	some question in gated
	question.verdict != "fail"
	some comparison in compared(question)
	not comparison.verdict in {"pass", "inconclusive"}
}

deny contains "the record's verdict is not that of its questions" if {
	failing := {question.id | some question in gated; question.verdict == "fail"}
	(count(failing) > 0) != (input.verdict == "fail")
}

deny contains "the record has no verdict" if not input.verdict in verdicts

gated := [question | some question in input.questions; question.gate == true]

compared(question) := [c | some c in input.comparisons; c.question == question.id]

readable(question) if {
	is_string(question.id)
	is_boolean(question.gate)
	question.verdict in verdicts
	question.inconclusive in {"close", "warn", "open"}
}

# A log without [outcome] needs no confirmation: the key is there, and null.
confirmed if input.audit.outcome == null

confirmed if input.audit.outcome.confirmed == true

is_day(text) if regex.match(`^\d{4}-\d{2}-\d{2}$`, text)
