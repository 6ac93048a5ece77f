use super::*;

fn changed(source: &str) -> Internal {
    internalize(source).expect("Kotlin that we understand")
}

#[track_caller]
fn becomes(source: &str, expected: &str) {
    assert_eq!(changed(source).source, expected);
}

#[test]
fn each_kind_of_declaration() {
    for word in [
        "class A",
        "interface A",
        "object A",
        "fun a() = 1",
        "val a = 1",
        "var a = 1",
        "typealias A = B",
    ] {
        becomes(word, &format!("internal {word}"));
    }
}

#[test]
fn modifiers_and_pairs_of_words() {
    becomes(
        "data class A(val b: Int)",
        "internal data class A(val b: Int)",
    );
    becomes(
        "public sealed class A { class B : A() }",
        "internal sealed class A { class B : A() }",
    );
    becomes("sealed public class A", "sealed internal class A");
    becomes(
        "fun interface A { fun b() }",
        "internal fun interface A { fun b() }",
    );
    becomes(
        "public suspend fun a() {}\nenum class B { C }",
        "internal suspend fun a() {}\ninternal enum class B { C }",
    );
    becomes("data object A", "internal data object A");
}

#[test]
fn what_is_hidden_stays_so() {
    becomes(
        "private fun a() {}\ninternal val b = 1\nval c = 2",
        "private fun a() {}\ninternal val b = 1\ninternal val c = 2",
    );
    assert_eq!(changed("private fun a() {}\nval c = 2").changed, 1);
}

#[test]
fn members_parameters_and_locals_are_not_touched() {
    let body = "class A(public val b: Int) { public fun c() { val d = object : B {} } companion object { var e = 1 } }";
    becomes(body, &format!("internal {body}"));
}

#[test]
fn words_in_comments_are_text() {
    becomes(
        "/* class A /* fun b( */ val { */ class C // object D {\n/** `fun` */",
        "/* class A /* fun b( */ val { */ internal class C // object D {\n/** `fun` */",
    );
}

#[test]
fn words_and_brackets_in_strings_are_text() {
    becomes(
        "val a = \"class { \\\" fun\"",
        "internal val a = \"class { \\\" fun\"",
    );
    becomes(
        "val a = \"\"\"fun {\n\"class\" \"\"\"\"\nval b = 1",
        "internal val a = \"\"\"fun {\n\"class\" \"\"\"\"\ninternal val b = 1",
    );
    becomes(
        "val a = '{'\nval b = '\\''\nval c = '\\u007b'\nval d = '\"'",
        "internal val a = '{'\ninternal val b = '\\''\ninternal val c = '\\u007b'\ninternal val d = '\"'",
    );
}

#[test]
fn templates_hold_code() {
    becomes(
        "val a = \"x ${ if (b) \"}\" else { \"{\" } } y\"\nval c = 1",
        "internal val a = \"x ${ if (b) \"}\" else { \"{\" } } y\"\ninternal val c = 1",
    );
    becomes(
        "val a = \"\"\"$b ${\"\"\"}\"\"\"} \"\"\"\nval c = 1",
        "internal val a = \"\"\"$b ${\"\"\"}\"\"\"} \"\"\"\ninternal val c = 1",
    );
}

#[test]
fn names_that_look_like_keywords() {
    becomes(
        "val `fun` = A::class\nval b = x.`class`",
        "internal val `fun` = A::class\ninternal val b = x.`class`",
    );
    becomes(
        "val data = 1\nval open = 2",
        "internal val data = 1\ninternal val open = 2",
    );
    becomes(
        "val a = B::class.java\nfun c() {}",
        "internal val a = B::class.java\ninternal fun c() {}",
    );
}

#[test]
fn names_that_look_like_modifiers() {
    becomes(
        "val open = (1)\nclass A",
        "internal val open = (1)\ninternal class A",
    );
    becomes(
        "fun open() {}\nfun <T> data() {}\nclass A",
        "internal fun open() {}\ninternal fun <T> data() {}\ninternal class A",
    );
    becomes(
        "private val a: open = value(1)\nclass B",
        "private val a: open = value(1)\ninternal class B",
    );
}

#[test]
fn an_annotation_may_stand_among_modifiers() {
    becomes(
        "private @A(\"x\") data class B\npublic @C class D",
        "private @A(\"x\") data class B\ninternal @C class D",
    );
}

#[test]
fn annotations_file_headers_and_imports() {
    becomes(
        "@file:Suppress(\"class\")\npackage a.open\nimport b.`object`.value\n@Target(A.B) @C public class D",
        "@file:Suppress(\"class\")\npackage a.open\nimport b.`object`.value\n@Target(A.B) @C internal class D",
    );
}

#[test]
fn extensions_generics_and_context() {
    becomes(
        "fun <T : A> List<T>.b(): T where T : C = this[0]",
        "internal fun <T : A> List<T>.b(): T where T : C = this[0]",
    );
    becomes("val A.b: Int get() = 1", "internal val A.b: Int get() = 1");
    becomes(
        "inline fun <reified T> a(block: (T) -> Unit) = Unit",
        "internal inline fun <reified T> a(block: (T) -> Unit) = Unit",
    );
}

#[test]
fn comments_between_modifiers() {
    becomes("public /* data */ class A", "internal /* data */ class A");
}

#[test]
fn text_outside_ascii_survives() {
    becomes(
        "// größer\nval ä = \"→ ${\"ö\"}\"\n",
        "// größer\ninternal val ä = \"→ ${\"ö\"}\"\n",
    );
}

#[test]
fn what_is_not_understood_is_refused() {
    for source in [
        "",
        "private fun a() {}",
        "class A {",
        "class A }",
        "val a = \"",
        "val a = \"x\n\"",
        "/* /* */ class A",
        "val a = `b",
        "val a = \"${ {\"",
        "val a = '",
    ] {
        assert!(internalize(source).is_err(), "{source:?}");
    }
}
