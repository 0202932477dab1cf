package io.cffs.backend.store;

import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the state, or an older one that is whole. A power cut in the middle of a flush can leave a torn tail in
 * RocksDB's manifest, which it takes for damage; the state of the flush before is still there, and the log is cut
 * only after a flush has ended, so it reaches back to it. Where it does not, the state is really damaged, and nothing
 * is touched.
 */
final class StateSalvage {
    private static final Logger LOG = LoggerFactory.getLogger(StateSalvage.class);

    private StateSalvage() {}

    static RocksBytes open(Path path, byte[] progressKey, long logFirst) {
        // A crash in between the two renames of an earlier salvage.
        Path salvage = path.resolveSibling(path.getFileName() + ".salvage");
        Path damaged = path.resolveSibling(path.getFileName() + ".damaged");
        try {
            if (!Files.exists(path) && Files.exists(salvage) && Files.exists(damaged)) {
                Files.move(salvage, path);
            }
            deleteTree(salvage);
            return RocksBytes.open(path);
        } catch (IOException failed) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "cannot open the state in " + path + ": " + failed.getMessage(), failed);
        } catch (BackendException failed) {
            return salvage(path, salvage, damaged, progressKey, logFirst, failed);
        }
    }

    private static RocksBytes salvage(
            Path path, Path salvage, Path damaged, byte[] progressKey, long logFirst, BackendException failed) {
        try {
            linkTree(path, salvage);
            for (Path file : files(salvage)) {
                if (file.getFileName().toString().startsWith("MANIFEST-")) {
                    ManifestTail.cut(file);
                }
            }
            if (!isWhole(salvage, progressKey, logFirst)) {
                deleteTree(salvage);
                throw failed;
            }
            deleteTree(damaged);
            Files.move(path, damaged);
            Files.move(salvage, path);
            StoreDirectory.sync(path.toAbsolutePath().getParent());
            LOG.warn("the state of a volume was torn by a crash; an older one is used and the log replayed", failed);
            RocksBytes opened = RocksBytes.open(path);
            deleteTree(damaged);
            return opened;
        } catch (IOException again) {
            failed.addSuppressed(again);
            throw failed;
        }
    }

    private static boolean isWhole(Path path, byte[] progressKey, long logFirst) {
        try (RocksBytes map = RocksBytes.open(path, true)) {
            byte[] progress = map.get(progressKey);
            return progress != null && StoreForms.progressOf(progress).position() + 1 >= logFirst;
        } catch (BackendException damaged) {
            return false;
        }
    }

    /** Files of RocksDB never change once they are whole, so links do for a copy; the new opening writes new ones. */
    private static void linkTree(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : files(from)) {
            boolean grows = file.getFileName().toString().matches("MANIFEST-.*|CURRENT|IDENTITY|LOCK|LOG.*");
            Path copy = to.resolve(file.getFileName());
            if (grows) {
                Files.copy(file, copy);
            } else {
                Files.createLink(copy, file);
            }
        }
    }

    private static void deleteTree(Path path) throws IOException {
        if (Files.exists(path)) {
            for (Path file : files(path)) {
                Files.delete(file);
            }
            Files.delete(path);
        }
    }

    private static List<Path> files(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.toList();
        }
    }
}
