package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real programs give the same tree inside a mount as on the local file system: git, tar, make with a C compiler. */
class SourceTreeMountTest extends StoreTest {
    /** Prints every path with type, mode, link count, size and content hash, without times. */
    private static final String MANIFEST = "cd tree && find . -path ./.git -prune -o -printf '%p %y %m %l\\n' | "
            + "sort > ../manifest;"
            + " find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum >> ../manifest; cat "
                    + "../manifest";

    private Path local;

    @BeforeEach
    void openStore() throws IOException {
        local = Files.createDirectory(scratch.resolve("local"));
    }

    @Test
    void untarAndMake() throws Exception {
        Path project = writeProject();
        Path archive = scratch.resolve("project.tar.gz");
        sh("tar -C " + project + " -czf " + archive + " .", local);
        String build = "mkdir tree && tar -C tree -xzf " + archive + " && make -C tree -s -j2 && tree/program; "
                + MANIFEST;
        String onDisk = sh(build, local);
        assertEquals(onDisk, cffs.runShell(build).expectExit(0).out());
        String again = "make -C tree -s && tree/program; " + MANIFEST;
        assertEquals(sh(again, local), cffs.runShell(again).expectExit(0).out());
        cffs.expectClean();
    }

    @Test
    void gitCloneCommitAndCheckout() throws Exception {
        Path project = writeProject();
        sh("git init -q . && git add -A && git -c user.name=n -c user.email=e@x.invalid commit -qm one && git gc -q",
                project);
        String work = "git clone -q " + project + " tree && cd tree && echo more >> unit0.c && git -c user.name=n"
                + " -c user.email=e@x.invalid commit -qam two && git checkout -q HEAD~1 && git status --porcelain "
                        + "&& git fsck"
                + " --no-progress && cd .. ; " + MANIFEST;
        String onDisk = sh("export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*';" + work,
                local);
        assertEquals(onDisk, cffs.runShell("export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory "
                + "GIT_CONFIG_VALUE_0='*';" + work)
                .expectExit(0).out());
        assertEquals("", cffs.runShell("cd tree && git -c safe.directory='*' status --porcelain").expectExit(0).out());
        cffs.expectClean();
    }

    /** A small C project: 60 units in nested directories, symlinks, a script, hard links, an empty directory. */
    private Path writeProject() throws Exception {
        Path project = Files.createDirectory(scratch.resolve("project"));
        StringBuilder main = new StringBuilder("#include <stdio.h>\n");
        StringBuilder calls = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            String dir = i % 3 == 0 ? "" : "lib" + i % 3 + "/";
            Files.createDirectories(project.resolve(dir.isEmpty() ? "." : dir));
            Files.writeString(project.resolve(dir + "unit" + i + ".c"), "int unit" + i + "(int x) { return x * " + i
                    + " + 1; }\n");
            main.append("int unit").append(i).append("(int);\n");
            calls.append("  s += unit").append(i).append("(").append(i).append(");\n");
        }
        Files.writeString(project.resolve("main.c"),
                main + "int main(void) {\n  long s = 0;\n" + calls + "  printf(\"%ld\\n\", s);\n  return 0;\n}\n");
        Files.writeString(project.resolve("Makefile"), "SRC := main.c $(sort $(wildcard *unit*.c lib*/*.c))\n"
                + "OBJ := $(SRC:.c=.o)\nprogram: $(OBJ)\n\tcc -o $@ $(OBJ)\n%.o: %.c\n\tcc -O1 -c -o $@ $<\n");
        sh("ln -s main.c link; ln main.c hard; mkdir empty; chmod 750 empty; chmod 755 Makefile; ln -s nowhere "
                + "dangling", project);
        return project;
    }

    private static String sh(String script, Path directory) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", script).directory(directory.toFile())
                .redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out;
    }
}
