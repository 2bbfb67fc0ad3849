extension PriceBook {
  /// The price book that is used when none is named; `examples/prices.yaml` is the same text.
  public static let defaultText = """
    # List prices of models in US dollars per million tokens.
    #
    # A model that is not listed here has no known price, and a flow with a hard budget that calls
    # it is refused. Copy this file, add the models you use, and name it with `--prices FILE`.
    # Providers change their prices; compare `date` and `source` before you rely on a figure.
    book:
      name: default
      version: 1
      date: 2025-01-15
      source: as remembered of the providers' price pages, not checked against them
    models:
      gpt-4o:
        provider: openai
        input: "2.50"
        output: "10.00"
        date: 2024-10-02
        source: openai.com/api/pricing
      gpt-4o-mini:
        provider: openai
        input: "0.15"
        output: "0.60"
        date: 2024-07-18
        source: openai.com/api/pricing
      gpt-4-turbo:
        provider: openai
        input: "10.00"
        output: "30.00"
        date: 2024-04-09
        source: openai.com/api/pricing
      gpt-4:
        provider: openai
        input: "30.00"
        output: "60.00"
        date: 2023-03-14
        source: openai.com/api/pricing
      gpt-3.5-turbo:
        provider: openai
        input: "0.50"
        output: "1.50"
        date: 2024-01-25
        source: openai.com/api/pricing
      claude-3-5-sonnet-20241022:
        provider: anthropic
        input: "3.00"
        output: "15.00"
        date: 2024-10-22
        source: anthropic.com/pricing
      claude-3-5-haiku-20241022:
        provider: anthropic
        input: "0.80"
        output: "4.00"
        date: 2024-12-05
        source: anthropic.com/pricing
      claude-3-opus-20240229:
        provider: anthropic
        input: "15.00"
        output: "75.00"
        date: 2024-03-04
        source: anthropic.com/pricing
      claude-3-haiku-20240307:
        provider: anthropic
        input: "0.25"
        output: "1.25"
        date: 2024-03-13
        source: anthropic.com/pricing

    """
}
