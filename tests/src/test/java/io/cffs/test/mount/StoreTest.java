package io.cffs.test.mount;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Each test has a store of its own in its scratch directory; the backend that serves it is ended afterwards. */
public abstract class StoreTest {
    @TempDir
    protected Path scratch;

    /** The command, on this store. */
    protected CffsCommand cffs;

    @BeforeEach
    protected final void newStore() {
        cffs = new CffsCommand(scratch);
    }

    @AfterEach
    protected final void endBackend() {
        cffs.stopBackend();
    }
}
