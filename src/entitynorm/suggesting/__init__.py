"""From texts to proposals for a gazetteer: `spotting`, `spellings`, `nearness`, then `proposing`."""
