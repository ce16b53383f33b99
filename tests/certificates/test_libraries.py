"""What drawing needs from the system is named before it is missed."""

from certificates.libraries import NEEDED, check_libraries


def test_nothing_is_missing_where_these_tests_run() -> None:
    assert check_libraries() == []


def test_what_is_missing_is_named_with_the_line_that_installs_it() -> None:
    needed = (*NEEDED, ("libnowhere.so.0", "libnowhere0"), ("libgone.so.1", "libgone1"))

    assert check_libraries(needed) == [
        "missing system library libnowhere.so.0 (Debian package libnowhere0)",
        "missing system library libgone.so.1 (Debian package libgone1)",
        "install with: apt-get install -y --no-install-recommends libnowhere0 libgone1",
    ]
