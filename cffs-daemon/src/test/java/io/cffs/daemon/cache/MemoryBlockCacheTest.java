package io.cffs.daemon.cache;

class MemoryBlockCacheTest extends BlockCacheContract {
    @Override
    BlockCache open(long capacityBytes) {
        return new MemoryBlockCache(capacityBytes);
    }
}
