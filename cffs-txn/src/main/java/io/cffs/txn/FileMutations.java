package io.cffs.txn;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import java.util.List;
import java.util.function.Consumer;

/** In which order a commit changes one file: its length, what it takes over, holes, and then what was written. */
final class FileMutations {
    private FileMutations() {}

    /**
     * @param cutTo the length that the file is cut to; -1 for none
     * @param leastLength how long the file is at least in the end; -1 when that follows from the rest
     * @param underlay adds what lies under written pages
     */
    static void collect(Ino ino, List<DirtyRun> runs, long cutTo, long leastLength,
            Consumer<List<Mutation>> underlay, FileBytesSource source, List<Mutation> into) throws FsException {
        long written = 0;
        for (DirtyRun run : runs) {
            written = run.append() ? written : run.offset() + run.lengthBytes();
        }
        long extend = leastLength > written ? leastLength : -1;
        if (cutTo >= 0 || extend >= 0) {
            into.add(new Mutation.SetLength(ino, cutTo, extend));
        }
        underlay.accept(into);
        for (DirtyRun run : runs) {
            long offset = run.offset();
            for (Mutation.FileBytes part : source.bytesOf(run)) {
                into.add(run.append() ? new Mutation.Append(ino, part) : new Mutation.WriteBytes(ino, offset, part));
                offset += part.lengthBytes();
            }
            if (offset != run.offset() + run.lengthBytes()) {
                throw new AssertionError("the parts of a run do not add up to it: " + run);
            }
        }
    }
}
