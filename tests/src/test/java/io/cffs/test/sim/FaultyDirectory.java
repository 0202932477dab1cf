package io.cffs.test.sim;

import io.cffs.backend.disk.DurableDirectory;
import io.cffs.backend.disk.DurableFile;
import io.cffs.backend.disk.DurableWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk on which the process may die just before a sync. */
final class FaultyDirectory implements DurableDirectory {
    private final DurableDirectory disk;
    private final FaultPlan faults;

    FaultyDirectory(DurableDirectory disk, FaultPlan faults) {
        this.disk = disk;
        this.faults = faults;
    }

    @Override
    public DurableFile create(String name) throws IOException {
        return new FaultyFile(disk.create(name));
    }

    @Override
    public DurableFile open(String name) throws IOException {
        return new FaultyFile(disk.open(name));
    }

    @Override
    public DurableWriter openDurable(String name) throws IOException {
        DurableFile file = disk.open(name);
        DurableWriter writer = disk.openDurable(name);
        return (offset, blocks) -> {
            if (faults.strikes(Fault.BACKEND_CRASH_BEFORE_SYNC)) {
                file.write(offset, blocks);
                throw faults.death();
            }
            writer.write(offset, blocks);
        };
    }

    @Override
    public boolean exists(String name) throws IOException {
        return disk.exists(name);
    }

    @Override
    public List<String> names() throws IOException {
        return disk.names();
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void sync() throws IOException {
        disk.sync();
    }

    @Override
    public long usableBytes() throws IOException {
        return disk.usableBytes();
    }

    @Override
    public String describe() {
        return disk.describe();
    }

    private final class FaultyFile implements DurableFile {
        private final DurableFile file;

        FaultyFile(DurableFile file) {
            this.file = file;
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            file.write(offset, source);
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            return file.read(offset, target);
        }

        @Override
        public void sync() throws IOException {
            if (faults.strikes(Fault.BACKEND_CRASH_BEFORE_SYNC)) {
                throw faults.death();
            }
            file.sync();
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public void truncate(long lengthBytes) throws IOException {
            file.truncate(lengthBytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
