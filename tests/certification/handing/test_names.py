"""Files are named so that people find them and no system trips over them."""

import pytest

from lms.certification.handing.names import LONGEST_NAME, file_name


@pytest.mark.parametrize(
    ("family", "given", "named"),
    [
        ("Schönfelder", "Renate", "Schönfelder_Renate_TB-2026-00042.pdf"),
        ("von der Heide", "Anna-Lena", "von_der_Heide_Anna-Lena_TB-2026-00042.pdf"),
        ("../../etc/passwd", "a\\b:c", "etc_passwd_a_b_c_TB-2026-00042.pdf"),
        ("=cmd|' /C calc'!A0", "", "cmd_C_calc_A0_TB-2026-00042.pdf"),
        ("<b>Müller</b>", "🎓", "b_Müller_b_TB-2026-00042.pdf"),
        ("محمد", "علي", "محمد_علي_TB-2026-00042.pdf"),
        ("a\u202efdp.exe", "\u200b", "afdp.exe_TB-2026-00042.pdf"),
        ("CON", "", "CON__TB-2026-00042.pdf"),
        ("", "", "Person_TB-2026-00042.pdf"),
    ],
)
def test_whatever_a_person_is_called_the_file_has_a_harmless_name(
    family: str, given: str, named: str
) -> None:
    assert file_name(family, given, "TB-2026-00042") == named


def test_a_name_of_two_hundred_letters_is_cut_and_keeps_its_number() -> None:
    named = file_name("Ä" * 200, "Renate", "TB-2026-00042")

    assert named == f"{'Ä' * LONGEST_NAME}_TB-2026-00042.pdf"
