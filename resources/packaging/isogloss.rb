# Homebrew formula. Its url and sha256 are those of the release that `meson dist` made.
class Isogloss < Formula
  desc "Named-entity recognition for a language without labelled data"
  homepage "https://example.org/isogloss"
  url "https://example.org/isogloss-0.1.0.tar.xz"
  sha256 "0" * 64
  license "Apache-2.0"

  depends_on "meson" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => :build
  depends_on "python@3.13" => :build
  depends_on "faiss"
  depends_on "icu4c@77"
  depends_on "jansson"
  depends_on "libarchive"
  uses_from_macos "expat"
  depends_on :linux # its start-up code and version script are those of ELF and glibc
  depends_on "openblas"
  depends_on "pcre2"
  depends_on "utf8proc"
  depends_on "xxhash"
  depends_on "zlib"

  def install
    system "meson", "setup", "build", "-Dtests=disabled", *std_meson_args
    system "meson", "compile", "-C", "build", "--verbose"
    system "meson", "install", "-C", "build"
    pkgshare.install "resources/sample", "tests/examples"
  end

  test do
    system bin/"isogloss", "check", pkgshare/"sample/es.test.conll"
    system ENV.cc, pkgshare/"examples/vectors.c", "-o", "vectors", "-I#{include}", "-L#{lib}", "-lisogloss"
    system "./vectors", pkgshare/"sample/en.vec.gz", "ten.vec"
    assert_match "10 ", (testpath/"ten.vec").read
  end
end
