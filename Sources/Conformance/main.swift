import Glibc

/// A suite: its name and how it runs over a directory of cases.
private struct Suite {
  let name: String
  let run: (String) throws(SuiteUnavailable) -> SuiteResult
}

private let suites = [
  Suite(name: "yaml") { directory throws(SuiteUnavailable) in
    try YAMLSuite.run(directory: directory)
  },
  Suite(name: "json") { directory throws(SuiteUnavailable) in
    try JSONSuite.run(directory: directory)
  },
  Suite(name: "json-schema") { directory throws(SuiteUnavailable) in
    try JSONSchemaSuite.run(directory: directory)
  },
  Suite(name: "jsonpath") { directory throws(SuiteUnavailable) in
    try JSONPathSuite.run(directory: directory)
  },
  Suite(name: "jcs") { directory throws(SuiteUnavailable) in
    try JCSSuite.run(directory: directory)
  },
  Suite(name: "cel") { directory throws(SuiteUnavailable) in
    try CELSuite.run(directory: directory)
  },
  Suite(name: "statecharts") { directory throws(SuiteUnavailable) in
    try StatechartSuite.run(directory: directory)
  },
  Suite(name: "behavior-trees") { directory throws(SuiteUnavailable) in
    try BehaviorTreeSuite.run(directory: directory)
  },
  Suite(name: "states-language") { directory throws(SuiteUnavailable) in
    try StatesLanguageSuite.run(directory: directory)
  },
  Suite(name: "serverless-workflow") { directory throws(SuiteUnavailable) in
    try ServerlessWorkflowSuite.run(directory: directory)
  },
]

private let arguments = CommandLine.arguments
if arguments.dropFirst().elementsEqual(["--list"]) {
  for suite in suites { print(suite.name) }
  exit(0)
}
private let chosen = suites.first { arguments.count == 3 && $0.name == arguments[1] }
if let chosen {
  do {
    let result = try chosen.run(arguments[2])
    for failure in result.failures { print(failure) }
    for skip in result.skips { print("skipped \(skip)") }
    for note in result.notes { print(note) }
    print(result.summary)
    exit(result.failures.isEmpty ? 0 : 1)
  } catch {
    print(error.message)
    exit(2)
  }
} else {
  print("usage: conformance <suite> <directory>")
  print("suites: " + suites.map(\.name).joined(separator: " "))
  exit(2)
}
