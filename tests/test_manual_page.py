#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""icert(1) and its completion for bash: made from the option table, driven for real."""

import os
import pathlib
import re
import shlex
import subprocess
import unittest

import tap
import tool

BUILT = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "bindings" / "tool"
PAGE = BUILT / "icert.1"
COMPLETION = BUILT / "icert.bash"


def run(*command):
    """Standard output and standard error of a program that has to be there."""
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ, LC_ALL="C.UTF-8"),
        check=False,
    )


def verbs_and_options(folder):
    """What --help and VERB --help list: {verb: options}, the empty verb for none."""
    text = folder.icert("--help").text
    verbs = re.findall(r"(?m)^  ([a-z]+(?:-[a-z]+)*(?: [a-z]+)?)  +\S", text)
    helps = {
        "": text,
        **{verb: folder.icert(*verb.split(), "--help").text for verb in verbs},
    }
    return {
        verb: set(re.findall(r"(?m)^  (?:-\w, )?(--[a-z0-9-]+)", text))
        for verb, text in helps.items()
    }


class Page(tool.ToolTest):
    with_ca = False

    def test_is_clean(self):
        """groff and mandoc find nothing wrong with the manual page"""
        answer = run("groff", "-man", "-Tutf8", "-ww", str(PAGE))
        self.assertEqual((answer.stderr, answer.returncode), ("", 0))
        answer = run("mandoc", "-Tlint", "-Wwarning", str(PAGE))
        self.assertEqual((answer.stdout + answer.stderr, answer.returncode), ("", 0))

    def test_is_complete(self):
        """The page has every verb, and with each verb every option that its help has"""
        text = re.sub(
            "\x1b\\[[0-9;]*m|.\b",
            "",
            run("mandoc", "-Tutf8", "-Owidth=200", str(PAGE)).stdout,
        )
        chapters = dict(
            re.findall(
                r"(?ms)^   icert ([a-z -]+?)(?: \[OPTION| [A-Z\[]|$)(.*?)"
                r"(?=^   icert |^[A-Z])",
                text,
            )
        )
        known = verbs_and_options(self.folder)
        self.assertGreater(len(known), 20)
        self.assertEqual(set(chapters) | {""}, set(known))
        for verb, options in known.items():
            for option in options - {"--help"}:
                where = text if option in known[""] else chapters[verb]
                self.assertRegex(
                    where, rf"(?m)^ +(-\w, )?{option}\b", f"{verb} {option}"
                )

    def test_text_is_text(self):
        """Quotes, backslashes, dots and dashes come out as they are in the help"""
        text = re.sub(
            "\x1b\\[[0-9;]*m|.\b",
            "",
            run("mandoc", "-Tutf8", "-Owidth=200", str(PAGE)).stdout,
        )
        self.assertIn(r"'HOST\CA NAME'", text)
        self.assertIn("icert view --where 'Disposition = pending'", text)
        self.assertIn("openssl req … | icert submit - --attrib 'Ticket:4711'", text)


class Completion(tool.ToolTest):
    """Each test asks bash what it would offer behind the words it is given."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("one", "two"):
            cls.folder.request(name, f"{name}.example.org")
            cls.icert("submit", f"{name}.pem", "--profile", "WebServer")
        cls.icert("resubmit", "2", "--out", "two.crt")
        cls.icert(
            "grant",
            "web",
            "--principal",
            "uid:1",
            "--profile",
            "WebServer",
            "--dns",
            "example.net",
        )

    def offers(self, *words):
        """The last word is the one that is typed."""
        script = f"""
            . {shlex.quote(str(COMPLETION))}
            COMP_WORDS=(icert {' '.join(map(shlex.quote, words))})
            COMP_CWORD={len(words)}
            _icert
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        answer = subprocess.run(
            ["bash", "--norc", "-uc", script],
            cwd=self.folder.path,
            text=True,
            env=self.folder.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
        self.assertEqual(answer.stderr, "")
        return set(answer.stdout.split("\n")) - {""}

    def test_is_found_by_name(self):
        """bash takes the function for icert"""
        answer = run(
            "bash",
            "--norc",
            "-c",
            f". {shlex.quote(str(COMPLETION))}; complete -p icert",
        )
        self.assertIn("_icert", answer.stdout)

    def test_verbs(self):
        """A first word is a verb, a second one where verbs have two words"""
        known = {verb.split()[0] for verb in verbs_and_options(self.folder) if verb}
        self.assertEqual(self.offers(""), known)
        self.assertEqual(
            self.offers("re"), {verb for verb in known if verb.startswith("re")}
        )
        self.assertEqual(self.offers("--json", "--quiet", "pin"), {"ping"})
        second = {verb.split()[1] for verb in verbs_and_options(self.folder) if verb.startswith("profile ")}
        self.assertIn("check", second)
        self.assertEqual(self.offers("profile", ""), second)
        self.assertEqual(self.offers("grant", "rem"), {"remove"})

    def test_options(self):
        """A dash brings exactly the options of the verb"""
        for verb, options in verbs_and_options(self.folder).items():
            with self.subTest(verb):
                offered = {
                    word.rstrip("=") for word in self.offers(*verb.split(), "--")
                }
                self.assertEqual(offered, options)
        self.assertIn("--profile=", self.offers("submit", "one.pem", "--pro"))

    def test_choices(self):
        """An option with a few values offers them, behind a blank and behind a sign"""
        self.assertEqual(
            self.offers("submit", "--form", ""), {"pem", "der", "chain", "p7b", "p7b-crls"}
        )
        self.assertEqual(self.offers("submit", "--form", "=", "p"), {"pem", "p7b", "p7b-crls"})
        self.assertEqual(self.offers("init", "-t", "two"), {"two-tier"})
        self.assertIn("ed25519", self.offers("init", "--key-type", "="))
        self.assertIn("ed448", self.offers("enroll", "--key-type", "ed"))
        self.assertEqual(self.offers("policy-test", "--expect", "p"), {"pend"})
        self.assertEqual(self.offers("revoke", "01", "certif"), {"certificateHold"})
        self.assertIn("requests", self.offers("delete-row", ""))

    def test_of_the_ca(self):
        """Profiles, classes, grants and settings come from the default CA"""
        self.assertEqual(self.offers("submit", "--profile", "Web"), {"WebServer"})
        self.assertEqual(self.offers("enroll", "-p", "Web"), {"WebServer"})
        self.assertIn("Template.Policy", self.offers("inspect", ""))
        self.assertIn("Template.Policy", self.offers("policy-test", ""))
        self.assertEqual(self.offers("grant", "remove", ""), {"web"})
        self.assertIn("Roles", self.offers("get-config", ""))
        self.assertEqual(
            self.offers("set-config", "CA", "Validity"), {"ValidityPeriod"}
        )
        self.assertIn("SerialNumber", self.offers("view", "--sort", "Serial"))

    def test_requests(self):
        """Verbs of officers offer pending requests, the others all"""
        self.assertEqual(self.offers("explain", ""), {"1", "2"})
        self.assertEqual(self.offers("resubmit", ""), {"1"})
        self.assertEqual(self.offers("deny", ""), {"1"})
        self.assertEqual(self.offers("deny", "1", ""), set())
        self.assertEqual(self.offers("approve", ""), set())

    def test_config(self):
        """--config offers the names of CAs, and the CA it names is asked"""
        self.assertEqual(self.offers("--config", "Demo"), {"Demo CA", "Demo Root CA"})
        self.assertEqual(self.offers("--config", "'De"), {"Demo CA", "Demo Root CA"})
        self.assertEqual(
            self.offers("--config", "Demo CA", "submit", "--profile", "Web"),
            {"WebServer"},
        )
        self.assertEqual(
            self.offers("--config", "No CA", "submit", "--profile", "Web"), set()
        )
        self.assertEqual(
            self.offers("submit", "--config", "=", "Demo\\ R"), {"Demo Root CA"}
        )

    def test_files(self):
        """Requests and answers are files"""
        self.assertEqual(self.offers("submit", "one"), {"one.key", "one.pem"})
        self.assertEqual(
            self.offers("submit", "one.pem", "--out", "tw"),
            {"two.crt", "two.key", "two.pem"},
        )
        self.assertEqual(
            self.offers("policy-test", "Template.Policy", "two.p"), {"two.pem"}
        )
        self.assertEqual(self.offers("init", "--dir", "dem"), {"demo"})
        self.assertEqual(self.offers("revoke", "two.c"), {"two.crt"})


if __name__ == "__main__":
    tap.main()
