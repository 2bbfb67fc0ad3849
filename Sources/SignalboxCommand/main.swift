import Glibc

StandardStream.ignoreBrokenPipes()
let console = Console(
  output: StandardStream.output,
  talk: StandardStream.error,
  environment: { ProcessEnvironment.value($0) }
)
let code = await Program.run(Array(CommandLine.arguments.dropFirst()), console)
exit(code.rawValue)
