import Glibc
import JSONPath

StandardStream.ignoreBrokenPipes()
// Before any thread starts: otherwise the engine of queries heeds a file in the home folder.
let home = JQEnvironment.clearHome()
let console = Console(
  output: StandardStream.output,
  talk: StandardStream.error,
  environment: { $0 == "HOME" ? home : ProcessEnvironment.value($0) }
)
let code = await Program.run(Array(CommandLine.arguments.dropFirst()), console)
exit(code.rawValue)
