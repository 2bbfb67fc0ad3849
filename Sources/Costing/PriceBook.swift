import Definition
import Document
public import Source
public import Values

/// What a model's tokens cost.
public struct ModelPrice: Sendable, Hashable {
  /// The model's name.
  public var model: String
  /// Whose service; empty: anybody's.
  public var provider: String
  /// Price of a token of the prompt.
  public var inputPicodollars: Int64
  /// Price of a token of the answer.
  public var outputPicodollars: Int64
  /// Where the price was found.
  public var source: String
  /// When it was found.
  public var date: String

  /// A price.
  public init(
    model: String,
    provider: String = "",
    inputPicodollars: Int64,
    outputPicodollars: Int64,
    source: String = "",
    date: String = ""
  ) {
    self.model = model
    self.provider = provider
    self.inputPicodollars = inputPicodollars
    self.outputPicodollars = outputPicodollars
    self.source = source
    self.date = date
  }
}

/// Prices of models, by name, with the date on which they held.
///
/// A model that is not in the book has no known price; it never counts as free.
public struct PriceBook: Sendable {
  /// The book's name.
  public var name: String
  /// Its version.
  public var version: String
  /// When its prices were collected.
  public var date: String
  /// Where they were found.
  public var source: String
  /// The prices by `model` or `provider/model`.
  public private(set) var prices: [String: ModelPrice]

  /// A book of prices; of two for one model the later wins.
  public init(
    name: String,
    version: String = "",
    date: String = "",
    source: String = "",
    prices: [ModelPrice]
  ) {
    self.name = name
    self.version = version
    self.date = date
    self.source = source
    self.prices = Dictionary(prices.map { ($0.model, $0) }) { _, later in later }
  }

  /// The price of a model at a provider: `provider/model` if the book has it, else `model` when its
  /// provider is the same or one of the two is not given.
  public func price(ofModel model: String, provider: String) -> ModelPrice? {
    if !provider.isEmpty, let price = prices["\(provider)/\(model)"] { return price }
    guard let price = prices[model] else { return nil }
    let fits =
      provider.isEmpty || price.provider.isEmpty || provider.sameScalars(as: price.provider)
    return fits ? price : nil
  }

  /// `default 1 of 2025-01-15`.
  public var title: String {
    name + (version.isEmpty ? "" : " " + version) + (date.isEmpty ? "" : " of " + date)
  }

  /// SHA-256 of the prices in order of names, whatever the layout of the file they came from.
  public var digest: Digest {
    var text = "prices 1\n\(name)\n\(version)\n\(date)\n"
    let names = prices.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    for name in names {
      guard let price = prices[name] else { continue }
      text += "\(name)\t\(price.provider)\t\(price.inputPicodollars)\t\(price.outputPicodollars)\n"
    }
    return .sha256(Array(text.utf8))
  }

  /// The book that is used when none is named.
  public static let standard: PriceBook = {
    let file = SourceFile(name: "<default prices>", text: defaultText)
    return read(file).book ?? PriceBook(name: "empty", prices: [])
  }()

  /// Reads a book from YAML; nil when it has mistakes.
  public static func read(
    _ file: SourceFile,
    limits: Limits = Limits()
  ) -> (book: PriceBook?, diagnostics: [Diagnostic]) {
    let (root, diagnostics) = DocumentParser.parse(file, limits: limits)
    guard let root, !diagnostics.hasErrors else { return (nil, diagnostics) }
    var reading = PriceBookReading(diagnostics: diagnostics)
    let book = reading.book(root)
    return (reading.diagnostics.hasErrors ? nil : book, reading.diagnostics)
  }
}

/// Reads a book's tree, collecting what is wrong with it.
private struct PriceBookReading {
  var diagnostics: [Diagnostic]

  mutating func book(_ root: Node) -> PriceBook {
    var book = PriceBook(name: "unnamed", prices: [])
    guard let entries = root.entries else {
      diagnostics.append(
        Messages.malformedPrices("a price book is a mapping, not \(root.kindName)", at: root.span)
      )
      return book
    }
    var prices: [ModelPrice] = []
    for entry in entries {
      switch entry.key {
      case "book":
        for field in mapping(entry.value, "book") {
          switch field.key {
          case "name": book.name = text(field.value)
          case "version": book.version = text(field.value)
          case "date": book.date = text(field.value)
          case "source": book.source = text(field.value)
          default: unknown(field, among: ["name", "version", "date", "source"])
          }
        }
      case "models":
        for model in mapping(entry.value, "models") {
          if let price = price(model) { prices.append(price) }
        }
      default: unknown(entry, among: ["book", "models"])
      }
    }
    return PriceBook(
      name: book.name,
      version: book.version,
      date: book.date,
      source: book.source,
      prices: prices
    )
  }

  private mutating func price(_ entry: Node.Entry) -> ModelPrice? {
    var price = ModelPrice(model: entry.key, inputPicodollars: -1, outputPicodollars: -1)
    for field in mapping(entry.value, entry.key) {
      switch field.key {
      case "input": price.inputPicodollars = amount(field)
      case "output": price.outputPicodollars = amount(field)
      case "provider": price.provider = text(field.value)
      case "source": price.source = text(field.value)
      case "date": price.date = text(field.value)
      default: unknown(field, among: ["input", "output", "provider", "source", "date"])
      }
    }
    for (name, amount) in [("input", price.inputPicodollars), ("output", price.outputPicodollars)]
    where amount == -1 {
      diagnostics.append(
        Messages.malformedPrices("`\(entry.key)` has no `\(name)` price", at: entry.keySpan)
      )
    }
    return price.inputPicodollars >= 0 && price.outputPicodollars >= 0 ? price : nil
  }

  /// Pico-dollars a token of a price in dollars per million tokens; -2 when refused.
  private mutating func amount(_ entry: Node.Entry) -> Int64 {
    let written = text(entry.value)
    let perMillion: Int64
    do {
      perMillion = try Money.picodollars(written)
    } catch {
      diagnostics.append(
        Messages.priceRefused(written, isTooFine: error == .tooFine, at: entry.value.span)
      )
      return -2
    }
    guard perMillion % 1_000_000 == 0 else {
      diagnostics.append(Messages.priceRefused(written, isTooFine: true, at: entry.value.span))
      return -2
    }
    return perMillion / 1_000_000
  }

  private mutating func mapping(_ node: Node, _ name: String) -> [Node.Entry] {
    if let entries = node.entries { return entries }
    diagnostics.append(
      Messages.malformedPrices("`\(name)` is a mapping, not \(node.kindName)", at: node.span)
    )
    return []
  }

  private mutating func text(_ node: Node) -> String {
    if let text = node.text?.text, node.entries == nil, node.elements == nil { return text }
    diagnostics.append(
      Messages.malformedPrices("text or a number stands here, not \(node.kindName)", at: node.span)
    )
    return ""
  }

  private mutating func unknown(_ entry: Node.Entry, among names: [String]) {
    diagnostics.append(
      Messages.unknownPriceKey(
        entry.key,
        nearest: Suggestion.nearest(to: entry.key, in: names),
        names: names,
        at: entry.keySpan
      )
    )
  }
}
