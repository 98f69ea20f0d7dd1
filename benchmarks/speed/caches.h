#pragma once

namespace assay {

/// Every core reads through a block several times the size of the largest cache, so that nothing that was used before is in one: neither data nor code.
void evict_caches();

}  // namespace assay
