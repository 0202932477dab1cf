package io.cffs.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.fuse.mem.MemFs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** The same handler over libfuse. */
@EnabledIf("canMountByLibfuse")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LibfuseMountTest {
    private MountedMemFs mounted;

    static boolean canMountByLibfuse() throws IOException {
        return Privileges.canMount()
                && Shell.run(java.nio.file.Path.of("/"), "/sbin/ldconfig -p | grep -q libfuse.so.2").status() == 0;
    }

    @BeforeEach
    void mount() throws IOException {
        mounted = new MountedMemFs(new MemFs(0, false),
                options -> options.withTransport(MountOptions.Transport.LIBFUSE));
    }

    @AfterEach
    void unmount() throws IOException {
        mounted.close();
        assertTrue(mounted.fs.destroyed.get());
    }

    @Test
    void filesWorkAsFilesDo() throws Exception {
        assertEquals("hello\nmore\n", mounted.sh("echo hello > a && echo more >> a && cat a"));
        mounted.sh("mkdir d && mv a d/b && ln d/b d/c && ln -s d/b l && test ! -e a");
        assertEquals("d/b\nhello\nmore\n", mounted.sh("readlink l && cat l"));
        assertEquals("b\nc\n", mounted.sh("ls d"));
        assertEquals("11 640 7 8\n", mounted.sh("chmod 640 d/b && chown 7:8 d/b && stat -c '%s %a %u %g' d/b"));
        assertEquals("hel", mounted.sh("truncate -s 3 d/b && cat d/c"));
        assertEquals("2001-02-03\n", mounted.sh("touch -d 2001-02-03T04:05:06Z d/b && stat -c %y d/b | cut -c1-10"));
        assertEquals("l\n", mounted.sh("rm d/b d/c && rmdir d && ls"));
        assertEquals("memfs\n", mounted.sh("df --output=source . | tail -1"));
        assertEquals(1, Shell.run(mounted.path, "cat nothing").status());
        assertEquals(1, Shell.run(mounted.path, "mkdir x && mkdir x").status());
    }

    @Test
    void oneTimeIsChangedWithoutTheOther() throws Exception {
        mounted.sh("touch -d 2001-02-03T04:05:06Z f && touch -a -d 2002-03-04T05:06:07Z f");
        assertEquals("2002-03-04 2001-02-03\n", mounted.sh("stat -c '%x %y' f | cut -d' ' -f1,4"));
    }

    @Test
    void aTreeAndALargeFileComeBackAsTheyWere() throws Exception {
        mounted.sh("cp -r /etc/default copy && diff -r /etc/default copy");
        mounted.sh("head -c 1000000 /dev/urandom > big && cp big same && cmp big same");
        assertEquals("300\n", mounted.sh("mkdir many && cd many && seq 300 | xargs touch && ls | wc -l"));
    }

    @Test
    void whatIsListedHasTheNumberAndKindThatItHas() throws Exception {
        String script = "import os; print(sorted((e.name, e.inode() == e.stat(follow_symlinks=False).st_ino, "
                + "e.is_dir(follow_symlinks=False), e.is_symlink()) for e in os.scandir('.')))";
        assertEquals("[('d', True, True, False), ('f', True, False, False), ('l', True, False, True)]\n",
                mounted.sh("mkdir d && touch f && ln -s d l && python3 -c \"" + script + "\""));
    }

    @Test
    void nothingIsCached() throws Exception {
        assertEquals("first\n", mounted.sh("echo first > f && cat f"));
        mounted.fs.overwrite("f", "other text\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals("other text\n11\n", mounted.sh("cat f && stat -c %s f"));
        mounted.fs.renameQuietly("f", "g");
        mounted.sh("test ! -e f && test -e g");
        assertTrue(mounted.session.notifier().incEpoch());
    }

    @Test
    void attributesBesideTheUsualOnes() throws Exception {
        String script = "import os; open('f','w'); os.setxattr('f','user.k',b'value'); "
                + "print(os.getxattr('f','user.k'))";
        assertEquals("b'value'\n", mounted.sh("python3 -c \"" + script + "\""));
    }

    @Test
    void everyLookupIsGivenBack() throws Exception {
        mounted.sh("mkdir -p a/b && echo x > a/b/c && cat a/b/c && ls -l a && mv a/b/c d && ln d e && rm e");
        mounted.session.close();
        assertEquals(0, mounted.fs.lookupsHeld());
        assertFalse(mounted.session.notifier().incEpoch());
    }
}
