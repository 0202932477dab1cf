package io.cffs.txn;

import io.cffs.model.FsException;
import java.util.List;

/** Decides how written bytes travel with a commit: within the request, or as staged objects uploaded before. */
@FunctionalInterface
public interface FileBytesSource {
    /**
     * The run's bytes in order, in as many parts as it takes; their lengths add up to the run's. {@link
     * Transaction#readDirty} copies bytes out.
     */
    List<Mutation.FileBytes> bytesOf(DirtyRun run) throws FsException;
}
