package io.cffs.backend.store;

final class MemoryBlockStoreTest extends BlockStoreContract {
    @Override
    BlockStore fresh() {
        return new MemoryBlockStore();
    }

    @Override
    BlockStore reopened(BlockStore store) {
        return store;
    }

    @Override
    void fillUp(BlockStore store) {
        ((MemoryBlockStore) store).setFull(true);
    }
}
