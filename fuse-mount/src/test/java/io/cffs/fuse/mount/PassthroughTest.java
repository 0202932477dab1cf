package io.cffs.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.fuse.BackingFiles;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.mem.BackedMemFs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Files that the kernel reads from a local file in place of asking, used by processes of their own. */
@EnabledIf("io.cffs.fuse.mount.Privileges#canMount")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PassthroughTest {
    @TempDir
    private Path local;
    private MountedMemFs mounted;
    private BackedMemFs fs;

    private void mount(Path directory) throws IOException {
        Set<InitFlag> flags = EnumSet.copyOf(InitFlag.USUAL);
        flags.add(InitFlag.PASSTHROUGH);
        fs = new BackedMemFs(directory);
        mounted = new MountedMemFs(fs, options -> options.withFlags(flags));
        assumeTrue(fs.agreed.has(InitFlag.PASSTHROUGH), "Linux 6.9 or newer");
    }

    @AfterEach
    void unmount() throws IOException {
        if (mounted != null) {
            mounted.close();
        }
    }

    /** RELEASE comes some time after close(2), and until then an open counts. */
    private void sh(String script) throws IOException {
        mounted.sh(script);
        Await.until(fs::isAllClosed);
    }

    @Test
    void aBackedFileIsReadAndMappedWithoutARequest() throws Exception {
        mount(local);
        sh("seq 300000 > f");
        int before = fs.readsServed.get();
        assertEquals("300000\n", mounted.sh("seq 300000 | cmp - f && tail -1 f"));
        assertEquals("b'1\\n2\\n3\\n'\n", mounted.sh("python3 -c 'import mmap; f=open(\"f\",\"rb\"); "
                + "m=mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ); print(m[:6])'"));
        assertEquals(before, fs.readsServed.get());
    }

    @Test
    void aBackingFileOutlivesItsName() throws Exception {
        mount(local);
        sh("seq 300000 > f");
        assertEquals("1\n300000\n", mounted.sh("exec 5< f; rm " + local + "/backing-*; read x <&5; echo $x; "
                + "tail -1 <&5"));
        Await.until(fs::isAllClosed);
        assertEquals("300000\n", mounted.sh("tail -1 f"));
    }

    @Test
    void whoWritesMeanwhileIsServedBesideIt() throws Exception {
        mount(local);
        sh("printf abc > f");
        // Each sees its own file: whoever hands out backing files has to see to it that this matters to nobody.
        assertEquals("abc xbc\n", mounted.sh("python3 -c 'import os; r=os.open(\"f\",0); w=os.open(\"f\",2); "
                + "os.write(w,b\"x\"); print(os.pread(r,3,0).decode(), os.pread(w,3,0).decode())'"));
        Await.until(fs::isAllClosed);
        assertEquals("xbc", mounted.sh("cat f"));
    }

    @Test
    void whoReadsThroughThePageCacheComesFirst() throws Exception {
        mount(local);
        sh("printf abc > f");
        assertEquals("axc\n", mounted.sh("exec 6<> f; exec 5< f; printf ax >&6; cat <&5; echo"));
    }

    @Test
    void withoutAgreementNothingIsRegistered() throws Exception {
        mounted = new MountedMemFs(new BackedMemFs(local), options -> options);
        BackingFiles files = mounted.session.notifier().backingFiles();
        assertFalse(files.areSupported());
        assertEquals(0, files.register(local));
        assertEquals("", mounted.sh("echo x > f && grep -q x f"));
    }

    @Test
    void whatTheKernelDoesNotTakeIsServedAsUsual() throws Exception {
        mount(local);
        BackingFiles files = mounted.session.notifier().backingFiles();
        assertEquals(0, files.register(local.resolve("nothing")));
        // A directory has no bytes to read; after one such answer nothing more is tried.
        assertEquals(0, files.register(Path.of("/dev/null/x")));
        assertEquals("x\n", mounted.sh("echo x > f && cat f"));
    }
}
