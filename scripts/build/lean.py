"""Take the comments and indentation out of a copied page's .js and .css: `lean.py FOLDER`.

The sources are written to be read, and a visitor downloads none of that: comments (JSDoc types among them), blank lines,
indentation and the spaces around signs go; strings, templates, regular expressions and every name stay to the letter. Lines stay lines, so
nothing hangs on where JavaScript would put a semicolon. tests/page/lean.test.js holds each file against its source.
"""

import re
import sys
from pathlib import Path

NOTE = "Readable source: "
# A slash after one of these begins a regular expression, after anything else it divides.
BEFORE_REGEX = re.compile(r"(^|[(,=:\[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|delete|void|throw|await|yield|do|else))$")
REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
LINE_COMMENT = re.compile(r"//[^\n]*")
# Signs that need no space beside them; + and - may.
AROUND = re.compile(r" *([=(){}\[\],;:?<>&|]) *")
BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.S)


class Script:
    """One pass over a script: `kept` is its text, templates set aside as marks so that no line of theirs is touched."""

    def __init__(self, source):
        self.source = source
        self.at = 0
        self.kept = []
        self.literals = []

    def aside(self, literal):
        self.literals.append(literal)
        return f"\0{len(self.literals) - 1}\0"

    def match(self, pattern):
        found = pattern.match(self.source, self.at)
        if not found:
            raise ValueError(f"what begins here does not end: {self.source[self.at:self.at + 60]!r}")
        self.at = found.end()
        return found.group()

    def code(self, inside_template=False):
        """Text up to the end, or up to the brace that closes a template's `${`."""
        out = []
        depth = 0
        while self.at < len(self.source):
            sign = self.source[self.at]
            two = self.source[self.at : self.at + 2]
            if two == "//":
                self.match(LINE_COMMENT)
            elif two == "/*":
                # One with a line's end in it counts as a line's end.
                out.append("\n" if "\n" in self.match(BLOCK_COMMENT) else " ")
            elif sign in "\"'":
                out.append(self.aside(self.match(STRING)))
            elif sign == "`":
                out.append(self.aside(self.template()))
            elif sign == "/" and BEFORE_REGEX.search("".join(out[-80:]).rstrip()):
                out.append(self.aside(self.match(REGEX)))
            elif sign == "}" and inside_template and depth == 0:
                return "".join(out)
            else:
                depth += (sign == "{") - (sign == "}")
                out.append(sign)
                self.at += 1
        if inside_template:
            raise ValueError("a template does not end")
        return "".join(out)

    def template(self):
        """A whole template, from backtick to backtick; the code inside its `${…}` loses its comments too."""
        out = ["`"]
        self.at += 1
        while self.at < len(self.source):
            sign = self.source[self.at]
            if sign == "\\":
                out.append(self.source[self.at : self.at + 2])
                self.at += 2
            elif sign == "`":
                self.at += 1
                return "".join(out) + "`"
            elif self.source.startswith("${", self.at):
                self.at += 2
                out.append("${" + AROUND.sub(r"\1", self.code(inside_template=True)).strip() + "}")
                self.at += 1
            else:
                out.append(sign)
                self.at += 1
        raise ValueError("a template does not end")

    def lean(self):
        text = AROUND.sub(r"\1", unindented(self.code()))
        # A template holds the marks of what lies in its `${…}`.
        while "\0" in text:
            text = re.sub("\0(\\d+)\0", lambda mark: self.literals[int(mark.group(1))], text)
        return text


def unindented(text):
    """No blank lines, no space at either end of a line, none doubled within one."""
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def lean_css(source):
    literals = []

    def aside(found):
        if found.group().startswith("/*"):
            return ""
        literals.append(found.group())
        return f"\0{len(literals) - 1}\0"

    text = unindented(re.sub(f"{BLOCK_COMMENT.pattern}|{STRING.pattern}", aside, source, flags=re.S))
    text = re.sub(r" *([{};,]) *", r"\1", text)
    return re.sub("\0(\\d+)\0", lambda mark: literals[int(mark.group(1))], text)


def main():
    folder = Path(sys.argv[1])
    for path in sorted([*folder.rglob("*.js"), *folder.rglob("*.css")]):
        source = path.read_text()
        where = path.relative_to(folder.parent).as_posix()
        try:
            text = Script(source).lean() if path.suffix == ".js" else lean_css(source)
        except ValueError as error:
            sys.exit(f"lean.py: {where}: {error}")
        note = f"// {NOTE}{where}\n" if path.suffix == ".js" else f"/* {NOTE}{where} */\n"
        path.write_text(note + text)


if __name__ == "__main__":
    main()
