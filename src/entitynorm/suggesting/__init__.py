"""From texts to proposals for a gazetteer: `spotting`, then `spellings`, then `nearness`, then `proposing`."""
