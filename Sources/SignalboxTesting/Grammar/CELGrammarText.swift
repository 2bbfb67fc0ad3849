// Generated from grammar/cel.ebnf by scripts/embed-grammar.

/// The grammar of expressions, as `grammar/cel.ebnf` has it.
let celGrammarText = #"""
  (* The Common Expression Language as this parser reads it: the language definition of cel-spec
     with optionals (`.?`, `[?`, `?key:`) and quoted field names. Macros are named as functions are.

     The notation is ISO 14977. Rules whose names begin with a capital are tokens: nothing stands
     between their parts. Parts of the other rules are separated by any number of spaces (Space).
     `? U+0041-U+005A U+005F ?` is one code point of those ranges. `a - b` is an `a` but no `b`. *)

  expression  = or , [ "?" , or , ":" , expression ] ;
  or          = and , { "||" , and } ;
  and         = relation , { "&&" , relation } ;
  relation    = sum , { ( "<" | "<=" | ">=" | ">" | "==" | "!=" | "in" ) , sum } ;
  sum         = product , { ( "+" | "-" ) , product } ;
  product     = unary , { ( "*" | "/" | "%" ) , unary } ;
  unary       = member | "!" , { "!" } , member | "-" , { "-" } , member ;
  member      = primary , { selection | call | index } ;
  selection   = "." , [ "?" ] , ( Name | Quoted ) ;
  call        = "." , Name , arguments ;
  index       = "[" , [ "?" ] , expression , "]" ;
  primary     = literal
              | [ "." ] , Identifier , [ arguments ]
              | [ "." ] , Identifier , { "." , Name } , "{" , [ fields ] , [ "," ] , "}"
              | "(" , expression , ")"
              | "[" , [ elements ] , [ "," ] , "]"
              | "{" , [ entries ] , [ "," ] , "}" ;
  arguments   = "(" , [ expression , { "," , expression } ] , ")" ;
  elements    = [ "?" ] , expression , { "," , [ "?" ] , expression } ;
  fields      = field , { "," , field } ;
  field       = [ "?" ] , ( Name | Quoted ) , ":" , expression ;
  entries     = entry , { "," , entry } ;
  entry       = [ "?" ] , expression , ":" , expression ;

  (* The limits of the types are no part of the grammar: an int has 64 bits and its sign, a uint 64
     bits, and a double no upper limit but infinity. *)
  literal     = Int | Uint | Double | Text | Bytes | "true" | "false" | "null" ;

  Int         = [ "-" ] , ( Digits | Hexadecimal ) ;
  Uint        = ( Digits | Hexadecimal ) , ( "u" | "U" ) ;
  Double      = [ "-" ] , ( Digits , "." , Digits , [ Exponent ] | Digits , Exponent
                          | "." , Digits , [ Exponent ] ) ;
  Exponent    = ( "e" | "E" ) , [ "+" | "-" ] , Digits ;
  Hexadecimal = "0x" , Hex , { Hex } ;

  Text        = Quotation | ( "r" | "R" ) , RawQuotation ;
  Bytes       = ( "b" | "B" ) , ByteQuotation
              | ( "b" | "B" ) , ( "r" | "R" ) , RawQuotation ;
  Quotation   = "'" , { InSingle | Escape | CodePoint } , "'"
              | '"' , { InDouble | Escape | CodePoint } , '"'
              | "'''" , { [ "'" , [ "'" ] ] , ( InTriple | '"' | Escape | CodePoint ) } , "'''"
              | '"""' , { [ '"' , [ '"' ] ] , ( InTriple | "'" | Escape | CodePoint ) } , '"""' ;
  ByteQuotation = "'" , { InSingle | Escape } , "'"
              | '"' , { InDouble | Escape } , '"'
              | "'''" , { [ "'" , [ "'" ] ] , ( InTriple | '"' | Escape ) } , "'''"
              | '"""' , { [ '"' , [ '"' ] ] , ( InTriple | "'" | Escape ) } , '"""' ;
  RawQuotation = "'" , { InSingle | "\" } , "'"
              | '"' , { InDouble | "\" } , '"'
              | "'''" , { [ "'" , [ "'" ] ] , ( InTriple | '"' | "\" ) } , "'''"
              | '"""' , { [ '"' , [ '"' ] ] , ( InTriple | "'" | "\" ) } , '"""' ;
  (* Anything but the backslash, the quotes and, within single ones, line ends. *)
  InSingle    = ? U+0009 U+0020-U+0026 U+0028-U+005B U+005D-U+007F U+0080-U+D7FF U+E000-U+10FFFF
                  U+0000-U+0008 U+000B-U+000C U+000E-U+001F ? ;
  InDouble    = ? U+0009 U+0020-U+0021 U+0023-U+005B U+005D-U+007F U+0080-U+D7FF U+E000-U+10FFFF
                  U+0000-U+0008 U+000B-U+000C U+000E-U+001F ? ;
  InTriple    = ? U+0009-U+000A U+0020-U+0021 U+0023-U+0026 U+0028-U+005B U+005D-U+007F
                  U+0080-U+D7FF U+E000-U+10FFFF U+0000-U+0008 U+000B-U+001F ? ;
  Escape      = "\" , ( "a" | "b" | "f" | "n" | "r" | "t" | "v" | "\" | "?" | '"' | "'" | "`"
                      | ( "x" | "X" ) , Hex , Hex
                      | ( "0" | "1" | "2" | "3" ) , Octal , Octal ) ;
  (* No surrogates: U+D800 to U+DFFF are none. *)
  CodePoint   = "\u" , ( ? U+0030-U+0039 U+0041-U+0043 U+0061-U+0063 ? , 3 * Hex
                       | ( "d" | "D" ) , ? U+0030-U+0037 ? , 2 * Hex | ( "e" | "f" ) , 3 * Hex )
              | "\U0000" , ? U+0030-U+0039 ? , 3 * Hex | "\U000" , ? U+0031-U+0039 ? , 4 * Hex ;

  (* `in`, `true`, `false` and `null` are no names at all; the reserved words may name fields and
     methods only. *)
  Name        = Word - ( "in" | "true" | "false" | "null" ) ;
  Identifier  = Name - ( "as" | "break" | "const" | "continue" | "else" | "for" | "function" | "if"
                       | "import" | "let" | "loop" | "package" | "namespace" | "return" | "var"
                       | "void" | "while" ) ;
  Quoted      = "`" , InQuoted , { InQuoted } , "`" ;
  InQuoted    = ? U+0020 U+002D-U+0039 U+0041-U+005A U+005F U+0061-U+007A ? ;
  Word        = ? U+0041-U+005A U+005F U+0061-U+007A ? ,
                { ? U+0030-U+0039 U+0041-U+005A U+005F U+0061-U+007A ? } ;
  Digits      = Digit , { Digit } ;
  Digit       = ? U+0030-U+0039 ? ;
  Octal       = ? U+0030-U+0037 ? ;
  Hex         = ? U+0030-U+0039 U+0041-U+0046 U+0061-U+0066 ? ;
  Space       = " " | ? U+0009 ? | ? U+000A ? | ? U+000C ? | ? U+000D ?
              | "//" , { ? U+0009 U+0020-U+D7FF U+E000-U+10FFFF ? } , ? U+000A ? ;

  (* Templates of flows: texts, with expressions and blocks between braces. A brace of the text is
     followed by something else than another; comments end before `}}`. A minus at a brace takes the
     white space beside it. Within a range, `.` alone is the element. *)
  template    = { [ Plain ] , ( Open , piped , Close | block ) } , [ Plain ] ;
  block       = Open , "range" , Identifier , [ "," , Identifier ] , "in" , expression , Close ,
                template , [ Open , "else" , Close , template ] , Open , "end" , Close
              | Open , "if" , expression , Close , template ,
                { Open , "else" , "if" , expression , Close , template } ,
                [ Open , "else" , Close , template ] , Open , "end" , Close ;
  piped       = expression , { "|" , ( pipe , [ arguments ] | elementPipe ) } ;
  pipe        = "avg" | "default" | "distinct" | "double" | "first" | "flatten" | "int" | "join"
              | "keys" | "last" | "length" | "lowerAscii" | "max" | "min" | "reverse" | "round"
              | "size" | "slice" | "sort" | "string" | "sum" | "toJson" | "trim" | "upperAscii"
              | "validateSchema" | "values" ;
  elementPipe = ( "map" | "filter" ) , "(" , Identifier , "," , expression , ")"
              | ( "map" | "filter" ) , "(" , FieldPath , ")"
              | "filter" , "(" , FieldPath , "," , expression , ")" ;
  FieldPath   = "'" , Word , { "." , Word } , "'" ;
  Open        = "{{" , [ "- " ] ;
  Close       = [ " -" ] , "}}" ;
  Plain       = [ "{" ] , NoBrace , { [ "{" ] , NoBrace } ;
  NoBrace     = ? U+0009-U+000A U+0020-U+007A U+007C-U+007F U+0080-U+D7FF U+E000-U+10FFFF
                  U+0000-U+0008 U+000B-U+001F ? ;

  """#
