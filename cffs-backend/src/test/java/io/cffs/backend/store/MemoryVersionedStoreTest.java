package io.cffs.backend.store;

final class MemoryVersionedStoreTest extends VersionedStoreContract {
    @Override
    VersionedStore open() {
        return OrderedVersionedStore.openMemory(staged, ROOT);
    }

    @Override
    VersionedStore crashed(VersionedStore store) {
        return ((OrderedVersionedStore) store).afterCrash();
    }
}
