import Models
import Runtime
import Source
import Testing
import Tools

@Suite struct ModelPolicyFileTests {
  private func load(_ text: String) -> (file: ModelPolicyFile?, messages: [String]) {
    let (file, diagnostics) = ModelPolicyFile.load(SourceFile(name: "models.yaml", text: text))
    return (file, diagnostics.map { "\($0.code.id) \($0.message)" })
  }

  @Test func readsEveryKey() throws {
    let loaded = load(
      """
      residency: {air_gapped: true, hosts: ["ml-service:8080"]}
      choice: cheapest
      rounds: 2
      backoff: 100ms
      longest_pause: 5s
      breaker: {failures: 3, pause: 1m}
      limits: {concurrent: 4, waiting: 10, connect: 2s, first_byte: 30s}
      cache: {entries: 100, bytes: 1000000, keep: 2h}
      """
    )
    let file = try #require(loaded.file, "\(loaded.messages)")
    #expect(file.policy.choice == .cheapest && file.policy.rounds == 2)
    #expect(file.policy.backoffMilliseconds == 100)
    #expect(file.policy.longestPauseMilliseconds == 5_000)
    #expect(file.policy.breaker.failures == 3)
    #expect(file.policy.breaker.pauseMilliseconds == 60_000)
    #expect(file.policy.limits.concurrentCalls == 4 && file.policy.limits.waitingCalls == 10)
    #expect(file.policy.limits.connectMilliseconds == 2_000)
    #expect(file.policy.limits.firstByteMilliseconds == 30_000)
    #expect(file.policy.cache.entries == 100 && file.policy.cache.bytes == 1_000_000)
    #expect(file.policy.cache.milliseconds == 7_200_000)
    #expect(file.egress.check(try HTTPAddress("http://ml-service:8080/")) == nil)
    #expect(file.egress.check(try HTTPAddress("https://api.openai.com/")) != nil)
  }

  @Test func anEmptyListOfHostsAllowsNone() throws {
    let closed = try #require(load("residency: {hosts: []}").file)
    #expect(closed.egress.check(try HTTPAddress("http://127.0.0.1/")) != nil)
    let open = try #require(load("rounds: 1").file)
    #expect(open.egress.check(try HTTPAddress("https://api.openai.com/")) == nil)
  }

  @Test func aFileWithAMistakeIsNoPolicy() {
    let texts = [
      "residency: {hosts: [\"https://models.example/v1\"]}", "residency: {hosts: [\"a b\"]}",
      "residency: {host: [models.example]}", "residency: yes please", "choice: dearest",
      "rounds: 0", "rounds: many", "backoff: 10", "breaker: {pause: 30}", "breaker: 5",
      "breaker: {failures: -1}", "limits: {concurrent: 0}", "limits: {connects: 1s}",
      "cache: {entries: -1}", "cache: {keep: long}", "retries: 3", "- rounds: 3", "rounds: [",
      "residency: {air_gapped: \"maybe\"}",
    ]
    for text in texts {
      let loaded = load(text)
      #expect(loaded.file == nil && !loaded.messages.isEmpty, "\(text): \(loaded.messages)")
    }
  }
}
